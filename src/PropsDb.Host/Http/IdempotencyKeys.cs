namespace PropsDb.Host.Http;

/// <summary>The name that a writer gives a request, so that its repetition is known for one: <c>Idempotency-Key</c>.</summary>
public static class IdempotencyKeys
{
    public const int MaxLength = 255;

    /// <summary>Null where there is none.</summary>
    public static string? Of(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("Idempotency-Key", out var header)) return null;
        return header is [{ Length: > 0 and <= MaxLength } key] && key.All(c => c is >= ' ' and <= '~')
            ? key
            : throw new ProblemException(new Problem("invalid_header", $"Idempotency-Key is 1 to {MaxLength} printable ASCII characters, once."));
    }
}
