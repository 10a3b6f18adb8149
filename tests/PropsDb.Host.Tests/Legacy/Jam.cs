namespace PropsDb.Host.Tests.Legacy;

/// <summary>Requests to Jam Build's routes; paths are relative to <c>/api/data/user/</c>, or absolute.</summary>
internal static class Jam
{
    public static Task<Answer> Read(this Client user, string path) => user.Get(Absolute(path));

    public static Task<Answer> Merge(this Client user, string path, string body) => user.Post(Absolute(path), body);

    /// <summary>A document of one collection <c>ui</c> is brought to the next version.</summary>
    public static Task<Answer> Merge(this Client user, string path, long version, string properties) =>
        user.Merge(path, $$$"""{"version":"{{{version}}}","collections":{"collection":"ui","properties":{{{properties}}}}}""");

    public static Task<Answer> Remove(this Client user, string path, string? body) =>
        user.Send(HttpMethod.Delete, Absolute(path), body, body is null ? null : "application/json");

    private static string Absolute(string path) => path.StartsWith('/') ? path : "/api/data/user/" + path;

    /// <param name="version">As these routes count; both headers tell it.</param>
    public static Answer ShouldBeWritten(this Answer answer, long version, int affectedRows)
    {
        answer.Status.ShouldBe(200, answer.ToString());
        answer.ShouldBeJson($$"""{"message":"Success","ok":true,"newVersion":"{{version}}","timestamp":"*","affectedRows":{{affectedRows}}}""");
        return answer.ShouldTell(version);
    }

    public static Answer ShouldTell(this Answer answer, long? version)
    {
        answer.ETag.ShouldBe(version is null ? null : $"\"{version}\"");
        answer.Header("X-Document-Version").ShouldBe(version?.ToString());
        return answer;
    }

    public static void ShouldShow(this Answer answer, long? version, string content)
    {
        answer.Status.ShouldBe(200, answer.ToString());
        answer.ShouldBeJson(content);
        answer.ShouldTell(version);
    }

    /// <summary>No body, and still the version.</summary>
    public static void ShouldBeEmpty(this Answer answer, long? version)
    {
        answer.Status.ShouldBe(204, answer.ToString());
        answer.Body.ShouldBeEmpty();
        answer.ShouldTell(version);
    }

    public static void ShouldBeRefused(this Answer answer, int status, string type)
    {
        answer.Status.ShouldBe(status, answer.ToString());
        answer.Header("Content-Type").ShouldBe("application/json");
        answer.Header("X-Request-Id").ShouldNotBeNullOrEmpty();
        answer.ShouldBeJson($$"""{"status":{{status}},"message":"*","ok":false,"versionError":false,"timestamp":"*","url":"*","type":"{{type}}"}""");
        answer.Json.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
    }

    public static Answer ShouldBeStale(this Answer answer, long expected, long actual)
    {
        answer.Status.ShouldBe(409, answer.ToString());
        answer.Json.GetProperty("versionError").GetBoolean().ShouldBeTrue();
        answer.Json.GetProperty("ok").GetBoolean().ShouldBeFalse();
        answer.Json.GetProperty("type").GetString().ShouldBe("version");
        answer.Json.GetProperty("message").GetString()!.ShouldStartWith("E_VERSION");
        (answer.Json.GetProperty("expected").GetInt64(), answer.Json.GetProperty("actual").GetInt64()).ShouldBe((expected, actual), answer.ToString());
        return answer.ShouldTell(actual == 0 ? null : actual);
    }
}
