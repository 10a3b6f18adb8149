using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Npgsql;
using PropsDb.EmbeddedPostgres;

namespace PropsDb.Host.Ops;

/// <summary>Why the service does not run, in words for its operator. What is not recognised here is a bug, and ends with its stack trace.</summary>
public sealed record StartFailure(int ExitCode, string Message)
{
    public static StartFailure? Of(Exception e) => e switch
    {
        PostgresUnavailableException { Option: null } or PostgresStartException => new(ExitCodes.NoPostgres, e.Message),
        SettingsException or PostgresUnavailableException or DataDirectoryInUseException => new(ExitCodes.BadSettings, e.Message),
        // The server is there, and refuses the role, its password or the database.
        PostgresException { SqlState: ['2', '8', ..] or ['3', 'D', ..] or "42501" } => new(ExitCodes.BadSettings, $"PROPSDB__CONNECTIONSTRING: {e.Message}"),
        NpgsqlException => new(ExitCodes.NoPostgres, $"The PostgreSQL of PROPSDB__CONNECTIONSTRING cannot be reached: {e.Message}"),
        AddressInUseException or IOException { InnerException: AddressInUseException } => new(ExitCodes.BadSettings, $"{e.Message} Set --urls or ASPNETCORE_URLS to a free address."),
        SocketException => new(ExitCodes.BadSettings, $"The service cannot listen on the address of --urls or ASPNETCORE_URLS: {e.Message}."),
        UnauthorizedAccessException => new(ExitCodes.BadSettings, $"PROPSDB__DATA: {e.Message}"),
        _ => null,
    };
}
