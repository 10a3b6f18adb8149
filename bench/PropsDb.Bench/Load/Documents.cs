using System.Globalization;
using System.Text;

namespace PropsDb.Bench.Load;

/// <summary>
/// Documents that this run made and nobody else writes, so their versions are known. Each belongs to one connection: there is never more
/// than one write of it under way, and a refusal is a fault.
/// </summary>
/// <param name="app">An app's id, or for an app a document <c>app-{document:7}</c>.</param>
/// <param name="prefix">Of their names; seven digits follow.</param>
/// <param name="propertyBytes">Of each of the properties' values.</param>
public sealed class Documents(string app, string tier, string prefix, int count, int properties = 10, int propertyBytes = 32)
{
    public const int Collections = 4;

    public int Count => count;
    public string App => app;
    public string Tier => tier;
    public string Prefix => prefix;
    public int Properties => properties;

    /// <summary>As the service acknowledged them; 0: not there yet.</summary>
    public long[] Versions { get; } = new long[count];

    /// <summary>What was acknowledged since they were made, for the count in the database at the end.</summary>
    public long AcceptedWrites { get; set; }
    public long AcceptedEvents { get; set; }
    public long Refused { get; set; }

    /// <summary>For each document its own token, all of one length; null: all requests have the same headers.</summary>
    public IReadOnlyList<byte[]>? Tokens { get; init; }

    /// <summary>Writes into a request which document it is about.</summary>
    public void Address(Template request, int document)
    {
        request.Digits("document", document);
        if (Tokens is not null) request.Text("token", Tokens[document]);
    }

    public string Target => $"/api/v1/{app}/{tier}/{prefix}-{{document:7}}";

    public string Body()
    {
        var body = new StringBuilder("""{"collections":{""");
        for (var c = 1; c <= Collections; c++)
        {
            body.Append(CultureInfo.InvariantCulture, $"{(c > 1 ? "," : "")}\"collection{c}\":{{");
            for (var p = 1; p <= properties; p++) body.Append(CultureInfo.InvariantCulture, $"{(p > 1 ? "," : "")}\"property{p}\":\"{Filler(propertyBytes, c * 1000 + p)}\"");
            body.Append('}');
        }
        return body.Append("}}").ToString();
    }

    private static string Filler(int length, int seed)
    {
        const string digits = "0123456789abcdef";
        var state = (uint)seed * 2654435761;
        return string.Create(length, state, static (text, from) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                from = from * 1664525 + 1013904223;
                text[i] = digits[(int)(from >> 28)];
            }
        });
    }

    /// <summary>The n-th of those that belong to a connection; a connection without one of its own has none.</summary>
    public int Owned(int connection, int connections, long n)
    {
        var owned = (count - connection + connections - 1) / connections;
        return owned <= 0 ? throw new BenchException("There are fewer documents than connections that write.") : connection + (int)(n % owned) * connections;
    }
}
