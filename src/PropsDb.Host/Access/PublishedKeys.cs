using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace PropsDb.Host.Access;

/// <summary>The keys that an issuer publishes, at a URL of their own or at the one that its discovery document names.</summary>
/// <remarks>
/// They are fetched when a token needs them and again when they are old, or lack the key that a token names; never twice at a time, and never
/// more often than <see cref="Pause"/>, whatever tokens come. While the issuer cannot be reached, the last good ones serve for a day.
/// </remarks>
public sealed partial class PublishedKeys(string url, bool byDiscovery, TimeProvider time, ILogger log)
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    /// <summary>How long an issuer may take to answer a request.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private const int MinRsaBits = 2048;
    private const int MaxDocumentBytes = 256 * 1024;

    // A redirect could lead anywhere, also inside the network, so none is followed.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        // Each request has its own, by the service's clock.
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MaxDocumentBytes,
    };

    /// <param name="Issuer">What the discovery document says that tokens have as <c>iss</c>.</param>
    public sealed record KeySet(IReadOnlyList<SecurityKey> Keys, string? Issuer, DateTimeOffset FetchedAt);

    private readonly Lock _gate = new();
    private KeySet? _last;
    private DateTimeOffset? _triedAt;
    private Task? _fetching;

    /// <summary>The keys that a token may be signed with: the one it names, or all where it names none. None: the token cannot be checked.</summary>
    public async Task<KeySet?> For(string? keyId)
    {
        await Due(keyId);
        var last = Usable();
        return last is null || keyId is null ? last : last with { Keys = [.. last.Keys.Where(k => k.KeyId == keyId)] };
    }

    private Task Due(string? keyId)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (Usable() is { } last && now - last.FetchedAt < FreshFor && (keyId is null || last.Keys.Any(k => k.KeyId == keyId))) return Task.CompletedTask;
            if (_fetching is null && (_triedAt is not { } triedAt || now - triedAt >= Pause))
            {
                _triedAt = now;
                _fetching = Fetch();
            }
            return _fetching ?? Task.CompletedTask;
        }
    }

    private KeySet? Usable() => Volatile.Read(ref _last) is { } last && time.GetUtcNow() - last.FetchedAt < KeptFor ? last : null;

    private async Task Fetch()
    {
        // Not under the lock that the caller holds.
        await Task.Yield();
        try
        {
            var (keysUrl, issuer) = byDiscovery ? await Discover() : (url, null);
            var keys = new JsonWebKeySet(await Get(keysUrl)).GetSigningKeys().Where(IsStrong).ToList();
            if (keys.Count == 0) throw new FormatException("There is no key in what the issuer published.");
            Volatile.Write(ref _last, new KeySet(keys, issuer, time.GetUtcNow()));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or ArgumentException or FormatException
            or InvalidOperationException or System.Security.Cryptography.CryptographicException)
        {
            LogLater(log, url, e.Message);
        }
        finally
        {
            lock (_gate) _fetching = null;
        }
    }

    private async Task<(string KeysUrl, string? Issuer)> Discover()
    {
        using var document = JsonDocument.Parse(await Get(url.TrimEnd('/') + "/.well-known/openid-configuration"));
        var issuer = document.RootElement.TryGetProperty("issuer", out var name) ? name.GetString() : null;
        var keysUrl = document.RootElement.TryGetProperty("jwks_uri", out var uri) ? uri.GetString() : null;
        return keysUrl is not null && IsAllowed(keysUrl, isLocal: new Uri(url).IsLoopback) && issuer is not null
            ? (keysUrl, issuer) : throw new FormatException("The discovery document names no issuer, or no https URL of keys.");
    }

    private async Task<string> Get(string from)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            return await Http.GetStringAsync(new Uri(from), patience.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new HttpRequestException($"It did not answer within {Patience.TotalSeconds} s.", e);
        }
    }

    // What an issuer elsewhere says must not make this service ask its own machine.
    private static bool IsAllowed(string keysUrl, bool isLocal) => Uri.TryCreate(keysUrl, UriKind.Absolute, out var uri)
        && (uri.IsLoopback ? isLocal && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) : uri.Scheme == Uri.UriSchemeHttps);

    private static bool IsStrong(SecurityKey key) => key switch
    {
        RsaSecurityKey or X509SecurityKey => key.KeySize >= MinRsaBits,
        ECDsaSecurityKey => true,
        _ => false,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The keys of the issuer {Url} could not be fetched: {Reason} Those fetched before serve for a day at most.")]
    private static partial void LogLater(ILogger log, string url, string reason);
}
