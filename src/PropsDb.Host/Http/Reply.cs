namespace PropsDb.Host.Http;

/// <summary>A successful answer to a write: whole before its commit, so that it can be kept with it.</summary>
/// <param name="Body">Empty: the answer has none.</param>
public sealed record Reply(int Status, string? ETag, string? Location, ReadOnlyMemory<byte> Body)
{
    public Task Send(HttpContext http)
    {
        if (ETag is not null) http.Response.Headers.ETag = ETag;
        if (Location is not null) http.Response.Headers.Location = Location;
        if (Body.Length > 0) return Send(http, Status, Body, "application/json");
        http.Response.StatusCode = Status;
        if (Status != 204) http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    public static Task Send(HttpContext http, int status, ReadOnlyMemory<byte> body, string mediaType)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = mediaType;
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }
}
