using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>One server for all of bad input: what one case breaks, the next would notice.</summary>
[CollectionDefinition(Name)]
public sealed class BadInputCollection : ICollectionFixture<PropsDbServer>
{
    public const string Name = "bad input";
}

/// <summary>Sends every case of the tables and holds its answer against what it is to be, and against what no answer may be.</summary>
[Collection(BadInputCollection.Name)]
public sealed partial class BadInputTests(PropsDbServer server)
{
    private static readonly IReadOnlyList<Case> Cases =
        [.. FramingCases.All, .. HeaderCases.All, .. PathCases.All, .. NameCases.All, .. JsonCases.All, .. NumberCases.All, .. SizeCases.All, .. PatchCases.All];

    private static readonly Dictionary<string, Case> ById = Cases.ToDictionary(c => c.Id, StringComparer.Ordinal);
    private static int names;

    private static CapturedLog? log;

    public static TheoryData<string> Ids => [.. Cases.Select(c => c.Id)];

    [Fact]
    public void Every_row_of_the_catalogue_has_a_case() =>
        // 11, slow bodies, is in FramingTests: it takes its time.
        Enumerable.Range(1, 66).Except(Cases.Select(c => c.Row)).ShouldBe([11]);

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Bad_input_gets_its_answer(string id)
    {
        var one = ById[id];
        var name = $"n{Interlocked.Increment(ref names)}";
        if (Uses(one.Send, "$doc")) (await server.As("alice").Post($"user/{name}-doc", """{"collections":{"ui":{"theme":"dark","list":[1,2,3]}}}""")).Status.ShouldBe(201);
        var token = one.Send.As switch { As.Alice => server.Token("alice"), As.Admin => server.Token("root", "admin"), _ => null };
        var before = await Stored();
        if (log is null) server.Services.GetRequiredService<ILoggerFactory>().AddProvider(log = new CapturedLog());
        var errors = log.Errors.Count();

        var request = one.Send.ToBytes(server.Address, token, text => text.Replace("$new", name + "-new").Replace("$doc", name + "-doc"));
        var answer = await Wire.Exchange(server.Address, request);

        // 505 is the web server's word for a version of HTTP that there is none of.
        if (one.Expect is not Expect.Bare(505)) answer.Status.ShouldBeLessThan(500, answer.ToString());
        switch (one.Expect)
        {
            case Expect.Refused refused:
                Problems.ShouldBeOurs(answer, refused, request, token);
                (await Stored()).ShouldBe(before);
                break;
            case Expect.Bare bare:
                if (answer.IsSilence) bare.OrSilence.ShouldBeTrue("the connection was closed without an answer");
                else answer.Status.ShouldBe(bare.Status, answer.ToString());
                answer.Body.ShouldBeEmpty();
                (await Stored()).ShouldBe(before);
                break;
            case Expect.Accepted accepted:
                answer.Status.ShouldBe(accepted.Status, answer.ToString());
                Problems.ShouldHaveOurHeaders(answer);
                if (accepted.BodyHas is { } part) answer.Body.ShouldContain(part);
                if (accepted.ReadsBack is { } value) await ShouldReadBack($"user/{name}-new/c/p", value);
                break;
        }
        await ShouldStillAnswer();
        log.Errors.Skip(errors).ShouldBeEmpty("what a client does wrong is no error of the service");
    }

    private static bool Uses(Send send, string placeholder) =>
        send.Target.Contains(placeholder) || send.Headers.Any(h => h.Value.Contains(placeholder)) || (send.Raw is { } raw && Encoding.Latin1.GetString(raw()).Contains(placeholder));

    private async Task ShouldReadBack(string path, string value)
    {
        var read = await server.As("alice").Get(path, ("Accept", "application/vnd.propsdb.value+json"));
        read.Body.ShouldBe(value);
        var enveloped = await server.As("alice").Get(path);
        enveloped.Body.ShouldContain($"\"value\":{value}");
    }

    private async Task ShouldStillAnswer()
    {
        var alive = await server.As("alice").Get("user?limit=1");
        alive.Status.ShouldBe(200);
    }

    /// <summary>Documents and events in the database.</summary>
    private async Task<(long Documents, long Events)> Stored()
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT (SELECT count(*) FROM propsdb.document_view), (SELECT count(*) FROM propsdb.mt_events WHERE type <> 'user_joined')", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }
}

/// <summary>What holds for every problem.</summary>
public static partial class Problems
{
    private const int MaxEcho = 100;

    public static void ShouldBeOurs(WireAnswer answer, Expect.Refused expected, byte[] request, string? token)
    {
        answer.Status.ShouldBe(expected.Status, answer.ToString());
        ShouldHaveOurHeaders(answer);
        answer.Header("Content-Type").ShouldBe("application/problem+json");
        answer.Header("Cache-Control").ShouldBe("no-store");
        if (expected.Header is { } header) answer.Header(header).ShouldNotBeNullOrEmpty(answer.ToString());
        if (Encoding.Latin1.GetString(request.AsSpan(0, Math.Min(5, request.Length))) == "HEAD ") return;

        var problem = answer.Json;
        problem.GetProperty("error").GetString().ShouldBe(expected.Error, answer.ToString());
        problem.GetProperty("status").GetInt32().ShouldBe(expected.Status);
        problem.GetProperty("type").GetString().ShouldEndWith("/problems/" + expected.Error.Replace('_', '-'));
        problem.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
        problem.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
        problem.GetProperty("request_id").GetString().ShouldBe(answer.Header("X-Request-Id"));
        if (expected.DetailHas is { } part) problem.GetProperty("detail").GetString()!.ShouldContain(part);
        Inside().Match(answer.Body).Value.ShouldBeEmpty();
        if (token is not null) answer.Text.ShouldNotContain(token[^20..]);
        // A conflict's answer holds the document, because the contract wants it to.
        if (expected.Error != "version_conflict") ShouldEchoLittle(problem, request);
    }

    public static void ShouldHaveOurHeaders(WireAnswer answer)
    {
        answer.Header("X-Request-Id").ShouldNotBeNullOrEmpty(answer.ToString());
        answer.Header("X-Content-Type-Options").ShouldBe("nosniff");
        answer.Header("Referrer-Policy").ShouldBe("no-referrer");
        answer.Header("Content-Security-Policy")!.ShouldContain("default-src 'none'");
        answer.Header("Cache-Control").ShouldNotBeNullOrEmpty();
        answer.Header("Server").ShouldBeNull();
    }

    private static void ShouldEchoLittle(JsonElement problem, byte[] request)
    {
        var raw = Encoding.UTF8.GetString(request);
        var sent = raw + "\n" + Uri.UnescapeDataString(raw[..Math.Min(raw.Length, 10_000)]);
        foreach (var text in Strings(problem))
            for (var i = 0; i + MaxEcho < text.Length; i++)
                sent.Contains(text.Substring(i, MaxEcho + 1), StringComparison.Ordinal).ShouldBeFalse($"too much of the input in: {text}");
    }

    private static IEnumerable<string> Strings(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().Where(m => m.Name is not "request_id").SelectMany(m => Strings(m.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Strings),
        JsonValueKind.String => [json.GetString()!],
        _ => [],
    };

    // Stack traces, types, SQL and PostgreSQL's own words.
    [GeneratedRegex(@"\bat PropsDb\.|\bSystem\.[A-Z]|Npgsql|Marten|Exception|\bSELECT\b|\bINSERT\b|\b22P0[0-9]\b|\b2202[0-9]\b", RegexOptions.None, 1000)]
    private static partial Regex Inside();
}
