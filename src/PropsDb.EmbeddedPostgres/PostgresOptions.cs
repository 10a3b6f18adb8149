namespace PropsDb.EmbeddedPostgres;

public sealed record PostgresOptions
{
    /// <summary>Holds the cluster, the lock, the password and the log. Created if missing. As root it must be reachable for another user.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The directory of <c>postgres</c>, <c>initdb</c> and <c>pg_ctl</c>. Null: discover.</summary>
    public string? BinDirectory { get; init; }

    /// <summary>Off only in tests: a power cut would then lose or break data.</summary>
    public bool Fsync { get; init; } = true;

    public string Database { get; init; } = "propsdb";

    /// <summary>Further server settings, such as <c>shared_buffers</c>; they take effect at the next start of the server, not on adoption.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How long a start may take. Only crash recovery after heavy writing comes near it.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
