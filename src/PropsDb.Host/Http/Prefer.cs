namespace PropsDb.Host.Http;

/// <summary>How much of an answer a writer wants: <c>Prefer: return=minimal</c> or <c>return=representation</c> (RFC 7240).</summary>
public static class Prefer
{
    public static string? Of(HttpRequest request) => !request.Headers.ContainsKey("Prefer") ? null : request.Headers.GetCommaSeparatedValues("Prefer")
        .Select(p => p.Split(';')[0].Replace(" ", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal))
        .FirstOrDefault(p => p.StartsWith("return=", StringComparison.OrdinalIgnoreCase)) switch
    {
        { } p when p.EndsWith("=minimal", StringComparison.OrdinalIgnoreCase) => "minimal",
        { } p when p.EndsWith("=representation", StringComparison.OrdinalIgnoreCase) => "representation",
        _ => null,
    };
}
