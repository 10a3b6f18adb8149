using System.Text;
using Microsoft.AspNetCore.Http.Features;
using PropsDb.Events.Values;
using PropsDb.Host.Ops;
using PropsDb.Projections;

namespace PropsDb.Host.Http;

/// <summary>
/// What a request's target names. Segments are decoded here, once, from the raw target: the server's own path makes no difference between
/// <c>a%2Fb</c> and <c>a%252Fb</c>.
/// </summary>
/// <param name="Segments">The decoded segments of the path.</param>
public sealed record Address(IReadOnlyList<string> Segments)
{
    /// <summary>The segments behind <c>/api/v1</c>, with the app in front; null for any other path.</summary>
    public IReadOnlyList<string>? Api { get; init; }

    /// <summary>The app that the request is about.</summary>
    public string? App => Api switch
    {
        ["_apps", var app, ..] => app,
        [var app, ..] when app is not ("_apps" or "_live") => app,
        _ => null,
    };
}

public static class Addressing
{
    /// <summary>Reads the target, brings the short forms of addressing into the path form, and hands routing a path of the hub that it cannot misread.</summary>
    public static IApplicationBuilder UseAddressing(this IApplicationBuilder app)
    {
        var (apps, settings) = (app.ApplicationServices.GetRequiredService<AppDirectory>(), app.ApplicationServices.GetRequiredService<Settings>());
        return app.Use((http, next) =>
        {
            var segments = Decode(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
            var address = new Address(segments) { Api = segments is ["api", "v1", .. var rest] ? PathForm(http.Request, rest, apps, settings) : null };
            if (address.Api is ["_live", ..]) http.Request.Path = LivePath(address.Api);
            http.Features.Set(address);
            return next(http);
        });
    }

    // In the path that routing sees, / and % inside a segment stay escaped.
    private static PathString LivePath(IReadOnlyList<string> api) => new("/api/v1" + string.Concat(api.Select(s => "/" + Escape(s))));

    private static string Escape(string segment) => segment.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    private static List<string> Decode(string rawTarget)
    {
        // The absolute form names scheme and host first. It is cut by hand: Uri would repair malformed escapes.
        var authority = rawTarget.StartsWith('/') ? -1 : rawTarget.IndexOf("://", StringComparison.Ordinal);
        var start = authority < 0 ? 0 : rawTarget.IndexOfAny(['/', '?'], authority + 3);
        var path = start >= 0 && start < rawTarget.Length && rawTarget[start] == '/' ? rawTarget[start..] : "/";
        var query = path.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0) path = path[..query];
        var segments = new List<string>(8);
        for (var at = 1; at < path.Length; )
        {
            var end = path.IndexOf('/', at);
            if (end < 0) end = path.Length;
            // A slash at the end names the same.
            var segment = DecodeOnce(path[at..end]) ?? throw new ProblemException(new Problem("invalid_name", "A segment of the URL has a malformed escape."));
            at = end + 1;
            if (segment is ".") continue;
            if (segment is not "..") segments.Add(segment);
            else if (segments.Count > 0) segments.RemoveAt(segments.Count - 1);
        }
        return segments;
    }

    private static string? DecodeOnce(string segment)
    {
        if (!segment.Contains('%', StringComparison.Ordinal)) return segment;
        var bytes = new byte[Encoding.UTF8.GetByteCount(segment)];
        var length = 0;
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] != '%')
            {
                bytes[length++] = (byte)segment[i];
                continue;
            }
            if (i + 2 >= segment.Length || !char.IsAsciiHexDigit(segment[i + 1]) || !char.IsAsciiHexDigit(segment[i + 2])) return null;
            bytes[length++] = Convert.FromHexString(segment.AsSpan(i + 1, 2))[0];
            i += 2;
        }
        return System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(0, length)) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    private static IReadOnlyList<string> PathForm(HttpRequest request, IReadOnlyList<string> rest, AppDirectory apps, Settings settings)
    {
        if (rest.Count == 0 || rest[0] is "_apps" or "_live") return rest;
        var byHeader = request.Headers["X-App-ID"] is { Count: > 0 } header ? header.ToString() : null;
        var byHost = settings.AppOfHost(request.Host.Host);
        if (byHeader is not null && !Names.IsAppId(byHeader)) throw new ProblemException(new Problem("invalid_header", "X-App-ID is no app's id."));
        if (byHeader is not null && byHost is not null && !string.Equals(byHeader, byHost, StringComparison.Ordinal))
            throw new ProblemException(new Problem("invalid_header", "X-App-ID and the host name two apps."));
        if ((byHeader ?? byHost) is { } app)
        {
            var isPathForm = rest.Count > 1 && string.Equals(rest[0], app, StringComparison.Ordinal) && apps.Find(app)?.Tier(rest[1]) is not null;
            return isPathForm ? rest : [app, .. rest];
        }
        return rest[0] is "app" or "user" or "shared" ? [settings.App, .. rest] : rest;
    }
}
