using System.Text.Json;

namespace PropsDb.Host.Tests;

/// <summary>What an answer holds, whole: every member named and no other, in any order; numbers by their digits; <c>"*"</c> is anything.</summary>
public static class JsonShape
{
    public static void ShouldBeJson(this Answer answer, string expected) => Compare(answer.Json, JsonDocument.Parse(expected).RootElement, "", answer.Body);

    public static void ShouldBeJson(this JsonElement actual, string expected) =>
        Compare(actual, JsonDocument.Parse(expected).RootElement, "", actual.GetRawText());

    public static void ShouldBeProblem(this Answer answer, int status, string error)
    {
        answer.Status.ShouldBe(status, answer.ToString());
        answer.Error.ShouldBe(error, answer.ToString());
        answer.Header("Content-Type").ShouldBe("application/problem+json");
        var members = answer.Json.EnumerateObject().Select(m => m.Name).ToList();
        new[] { "type", "title", "status", "detail", "error", "request_id" }.Except(members).ShouldBeEmpty(answer.ToString());
        answer.Json.GetProperty("status").GetInt32().ShouldBe(status);
        answer.Json.GetProperty("request_id").GetString().ShouldBe(answer.Header("X-Request-Id"));
    }

    private static void Compare(JsonElement actual, JsonElement expected, string at, string whole)
    {
        if (expected.ValueKind == JsonValueKind.String && expected.GetString() == "*") return;
        actual.ValueKind.ShouldBe(expected.ValueKind, $"at {at} of {whole}");
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                Names(actual).ShouldBe(Names(expected), $"members at {at} of {whole}");
                foreach (var member in expected.EnumerateObject()) Compare(actual.GetProperty(member.Name), member.Value, $"{at}/{member.Name}", whole);
                break;
            case JsonValueKind.Array:
                actual.GetArrayLength().ShouldBe(expected.GetArrayLength(), $"items at {at} of {whole}");
                for (var i = 0; i < expected.GetArrayLength(); i++) Compare(actual[i], expected[i], $"{at}/{i}", whole);
                break;
            case JsonValueKind.String:
                actual.GetString().ShouldBe(expected.GetString(), $"at {at} of {whole}");
                break;
            default:
                actual.GetRawText().ShouldBe(expected.GetRawText(), $"at {at} of {whole}");
                break;
        }
    }

    private static string Names(JsonElement json) => string.Join(' ', json.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal));
}
