using System.Net;
using System.Net.Sockets;

namespace PropsDb.Host.Webhooks;

/// <summary>
/// Where deliveries may go: the public Internet, and what the operator allows beside it. Otherwise an administrator of one app could have
/// the service knock at doors of the network that it stands in.
/// </summary>
public sealed class Destinations(WebhookSettings settings)
{
    public const int MaxUrlLength = 2_048;

    // IANA's registries of special addresses, and the metadata service that one cloud has at a public one.
    private static readonly IPNetwork[] s_special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32", "2001::/23", "2001:db8::/32", "2002::/16",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork s_global = IPNetwork.Parse("2000::/3");

    /// <summary>Why a URL is no destination; null: it may be one, by what can be told without asking for its address.</summary>
    public string? Fault(string url)
    {
        if (url.Length > MaxUrlLength) return $"url has at most {MaxUrlLength} characters.";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0) return "url is an http or https URL.";
        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0) return "url has no user, password or fragment.";
        var isLocal = uri.IdnHost.TrimEnd('.') is var host && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase));
        var address = isLocal ? IPAddress.Loopback : IPAddress.TryParse(uri.IdnHost, out var literal) ? literal : null;
        return address is null || Allows(address) ? null : "url leads to an address that deliveries may not go to.";
    }

    public bool Allows(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (settings.Allow.Any(network => network.Contains(address))) return true;
        return (address.AddressFamily == AddressFamily.InterNetwork || s_global.Contains(address)) && !s_special.Any(network => network.Contains(address));
    }

    /// <summary>
    /// Connects to a host, at those of its addresses that are allowed. What is checked is what is connected to, so a name that leads
    /// elsewhere when it is asked for again gains nothing.
    /// </summary>
    public async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancel);
        var allowed = addresses.Where(Allows).ToArray();
        if (allowed.Length == 0) throw new ForbiddenDestinationException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>All addresses of a host are such as deliveries may not go to.</summary>
public sealed class ForbiddenDestinationException : Exception;
