using System.Buffers;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using PropsDb.Events.Values;

namespace PropsDb.Host.Http;

/// <summary>Reads a request's body once: its size and media type before a byte of it, its bytes before anything is made of them.</summary>
public static class Bodies
{
    // The envelope around a value: {"collections":[{"properties":[{"value":…
    private const int EnvelopeDepth = 8;

    public static Problem? Refusal(HttpRequest request, Limits limits, IReadOnlyList<string> mediaTypes)
    {
        if (request.ContentLength > limits.MaxRequestBytes) return TooLarge(limits);
        if (request.Headers.ContentEncoding.Count > 0 && !string.Equals(request.Headers.ContentEncoding.ToString(), "identity", StringComparison.OrdinalIgnoreCase))
            return new Problem("unsupported_media_type", "The body's Content-Encoding is not supported; send it as it is.");
        if (request.ContentType is { } plain && mediaTypes.Contains(plain, StringComparer.Ordinal)) return null;
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && mediaTypes.Contains(type.MediaType, StringComparer.OrdinalIgnoreCase)
            && (type.CharSet is null || type.CharSet.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
            return null;
        return new Problem("unsupported_media_type", $"The body is sent as {string.Join(" or ", mediaTypes)}, in UTF-8.")
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { [request.Method == "PATCH" ? "Accept-Patch" : "Accept-Post"] = string.Join(", ", mediaTypes) },
        };
    }

    public static bool IsAbsent(HttpRequest request) => request.ContentLength is null or 0 && !request.Headers.ContainsKey("Transfer-Encoding");

    public static bool HasMediaType(HttpRequest request, string mediaType) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && string.Equals(type.MediaType, mediaType, StringComparison.OrdinalIgnoreCase);

    public static Task<JsonValue> Read(HttpRequest request, Limits limits) => Whole(request, limits, bytes => Parse(bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray(), limits));

    /// <summary>The body as it came.</summary>
    public static Task<byte[]> ReadBytes(HttpRequest request, Limits limits) => Whole(request, limits, bytes => bytes.ToArray());

    private static async Task<T> Whole<T>(HttpRequest request, Limits limits, Func<ReadOnlySequence<byte>, T> read)
    {
        var cancel = request.HttpContext.RequestAborted;
        while (true)
        {
            var result = await Next(request, cancel);
            var isWhole = result.IsCompleted || result.Buffer.Length > limits.MaxRequestBytes;
            try
            {
                if (result.Buffer.Length > limits.MaxRequestBytes) throw new ProblemException(TooLarge(limits));
                if (isWhole) return read(result.Buffer);
            }
            finally
            {
                // Also after a refusal: a body that is still held cannot be drained, so the connection would end with an error in the log.
                request.BodyReader.AdvanceTo(isWhole ? result.Buffer.End : result.Buffer.Start, result.Buffer.End);
            }
        }
    }

    private static async ValueTask<ReadResult> Next(HttpRequest request, CancellationToken cancel)
    {
        try
        {
            return await request.BodyReader.ReadAsync(cancel);
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            // Kestrel tells a chunk size beyond 32 bits by an IOException of its own.
            throw new BadHttpRequestException("The request's body could not be read.", e);
        }
    }

    public static JsonValue Parse(ReadOnlySpan<byte> body, Limits limits)
    {
        if (JsonText.Check(body, limits.MaxValueDepth + EnvelopeDepth) is { } fault)
            throw new ProblemException(new Problem(fault.Code, $"{fault.Detail} At line {fault.Line}, column {fault.Column}.", [new("", fault.Detail)]));
        return JsonValue.FromChecked(JsonText.Compact(body));
    }

    private static Problem TooLarge(Limits limits) => new("too_large", $"A request's body has at most {limits.MaxRequestBytes} bytes.");
}
