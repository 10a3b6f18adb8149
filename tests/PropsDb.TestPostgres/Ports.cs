using System.Net;
using System.Net.Sockets;

namespace PropsDb.Testing;

/// <summary>Ports for processes that are told theirs before they listen on it.</summary>
public static class Ports
{
    // Below those that the system gives out by itself: one of these may be another test's by the time that the process listens, and then what
    // answers there is not what was started.
    private const int First = 20_000, Count = 12_000;

    // Test processes that run beside each other each begin elsewhere.
    private const int Stretch = 97;

    private static int s_next = Environment.ProcessId * Stretch % Count;

    public static int Free()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref s_next) % Count);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another.
            }
        }
    }
}
