using System.Globalization;
using System.Text;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>Who sends a case's request.</summary>
public enum As { Alice, Admin, Nobody }

/// <summary>A request, byte by byte. In target, headers and text <c>$new</c> becomes a name not used yet, <c>$doc</c> that of a document at version 1.</summary>
public sealed record Send(string Method, string Target)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
    public Func<byte[]>? Body { get; init; }
    public As As { get; init; } = As.Alice;
    public string Version { get; init; } = "HTTP/1.1";

    /// <summary>No Host, Content-Length, Authorization or Connection that is not in <see cref="Headers"/>.</summary>
    public bool IsBare { get; init; }

    /// <summary>Takes the place of the whole request.</summary>
    public Func<byte[]>? Raw { get; init; }

    public static Send Get(string target, params (string, string)[] headers) => new("GET", target) { Headers = headers };
    public static Send Put(string target, string json, params (string, string)[] headers) => Json("PUT", target, json, headers);
    public static Send Post(string target, string json, params (string, string)[] headers) => Json("POST", target, json, headers);
    public static Send MergePatch(string target, string json, params (string, string)[] headers) => Text("PATCH", target, json, "application/merge-patch+json", headers);
    public static Send JsonPatch(string target, string json, params (string, string)[] headers) => Text("PATCH", target, json, "application/json-patch+json", headers);
    public static Send Json(string method, string target, string json, params (string, string)[] headers) => Text(method, target, json, "application/json", headers);

    public static Send Text(string method, string target, string text, string mediaType, params (string, string)[] headers) =>
        new(method, target) { Headers = [("Content-Type", mediaType), .. headers], Body = () => Encoding.UTF8.GetBytes(text) };

    /// <summary>Sets <c>/c/p</c> of a new document; the commonest way in for a value.</summary>
    public static Send Value(string json) => Put("user/$new/c/p", $$"""{"version":0,"value":{{json}}}""");

    public static Send Bytes(string method, string target, string mediaType, Func<byte[]> body, params (string, string)[] headers) =>
        new(method, target) { Headers = [("Content-Type", mediaType), .. headers], Body = body };

    public static Send Octets(string request) => new("", "") { Raw = () => Encoding.Latin1.GetBytes(request) };

    public Send With(string name, string value) => this with { Headers = [.. Headers, (name, value)] };
    public Send By(As who) => this with { As = who };

    /// <param name="fill">Puts the names in.</param>
    public byte[] ToBytes(Uri server, string? token, Func<string, string> fill)
    {
        if (Raw is not null) return Encoding.Latin1.GetBytes(fill(Encoding.Latin1.GetString(Raw())).Replace("$token", token ?? ""));
        var body = Body?.Invoke();
        var target = Target.StartsWith('/') || Target.Contains("://") || Target == "*" ? Target : "/api/v1/default/" + Target;
        var head = new StringBuilder($"{Method} {fill(target)} {Version}\r\n");
        if (!IsBare)
        {
            Default("Host", server.Authority);
            Default("Connection", "close");
            if (token is not null) Default("Authorization", "Bearer " + token);
            if (body is not null && !Has("Transfer-Encoding")) Default("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture));
        }
        foreach (var (name, value) in Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {fill(value)}\r\n");
        head.Append("\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. body ?? []];

        bool Has(string name) => Headers.Any(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

        void Default(string name, string value)
        {
            if (!Has(name)) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }
    }
}

/// <summary>What a case's answer is.</summary>
public abstract record Expect
{
    /// <summary>A problem of ours.</summary>
    public sealed record Refused(int Status, string Error) : Expect
    {
        public string? Header { get; init; }
        public string? DetailHas { get; init; }
    }

    /// <summary>The web server's own refusal of what is no HTTP request: before any code of ours, so without a body of ours.</summary>
    public sealed record Bare(int Status) : Expect
    {
        /// <summary>Closing without an answer will do as well.</summary>
        public bool OrSilence { get; init; }
    }

    /// <param name="ReadsBack">The value at <c>/c/p</c> of the new document afterwards, spelt as it was sent.</param>
    public sealed record Accepted(int Status, string? ReadsBack = null) : Expect
    {
        public string? BodyHas { get; init; }
    }
}

/// <param name="Row">Its row in the catalogue of bad input.</param>
/// <param name="Why">Why the answer is this one, where another could be wished.</param>
public sealed record Case(int Row, string Name, Send Send, Expect Expect, string? Why = null)
{
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Row:00} {Name}");
}

/// <summary>Short words for the tables.</summary>
public static class Table
{
    public static Expect.Refused Refused(int status, string error) => new(status, error);
    public static Expect.Bare Bare(int status) => new(status);
    public static Expect.Accepted Accepted(int status, string? readsBack = null) => new(status, readsBack);

    public static string Escaped(string name) => Uri.EscapeDataString(name);
    public static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
    public static string Nested(int depth) => new string('[', depth) + new string(']', depth);
}
