using System.Net;
using System.Net.Sockets;
using System.Text;
using PropsDb.EmbeddedPostgres.Files;

namespace PropsDb.EmbeddedPostgres.Running;

/// <summary>Where a server is to listen: a socket in the cluster's own 0700 directory, or a loopback port.</summary>
internal sealed record Endpoint(string? SocketDirectory, int Port)
{
    private const int SocketPort = 5432;            // only part of the socket's name
    private const int LongestSocketPath = 103;      // sun_path with its final zero: 108 on Linux, 104 on macOS

    /// <summary>The socket first: faster, and out of reach of other users. Some file systems (shared folders, NFS) cannot hold one.</summary>
    public static IEnumerable<Endpoint> ToTry(DataDirectory directory)
    {
        if (CanHoldSocket(directory.Cluster)) yield return new Endpoint(directory.Cluster, SocketPort);
        for (var attempt = 0; attempt < 3; attempt++) yield return new Endpoint(SocketDirectory: null, FreePort());
    }

    internal static bool CanHoldSocket(string directory) =>
        !OperatingSystem.IsWindows()
        && Encoding.UTF8.GetByteCount($"{directory}/.s.PGSQL.{SocketPort}") <= LongestSocketPath
        && directory.AsSpan().IndexOfAny(',', '"') < 0;     // both PostgreSQL and Npgsql read a comma as a list

    /// <summary>Another process may take it before the server does; then the next attempt asks anew.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
