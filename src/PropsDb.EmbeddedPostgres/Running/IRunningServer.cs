namespace PropsDb.EmbeddedPostgres.Running;

/// <summary>A server that accepts connections: a local postmaster or a container.</summary>
internal interface IRunningServer
{
    /// <summary>Npgsql's word: an address, or the directory of a Unix socket.</summary>
    string Host { get; }
    int Port { get; }
    int ProcessId { get; }
    bool WasAdopted { get; }

    /// <summary>Its last words, for an error message.</summary>
    Task<string> LastLines(CancellationToken cancel);

    Task Stop(CancellationToken cancel);
}
