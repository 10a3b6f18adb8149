using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace PropsDb.Faults;

/// <summary>The node commits and the answer is lost on its way: the same key gets the same outcome, on any node, however often and after a crash.</summary>
public sealed class LostAnswerTests
{
    private static readonly HttpClient s_http = new();

    private static async Task<(int Status, string? ETag, string Body, bool IsReplay)> Put(Uri node, string path, string body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(node, "/api/v1/default/" + path)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Cluster.Token("alice"));
        request.Headers.Add("Idempotency-Key", key);
        request.Headers.ConnectionClose = true;
        using var answer = await s_http.SendAsync(request);
        return ((int)answer.StatusCode, answer.Headers.ETag?.ToString(), await answer.Content.ReadAsStringAsync(), answer.Headers.Contains("Idempotency-Replayed"));
    }

    [Fact]
    public async Task A_repeated_write_happened_once_wherever_it_is_repeated()
    {
        await using var cluster = await Cluster.Start(2);
        await using var proxy = new Proxy(cluster.Nodes[0].Address);
        for (var i = 0; i < 5; i++)
        {
            var (key, path, body) = ($"key-{i}", $"user/d{i}/c/p", $$"""{"version":0,"value":{{i}}}""");
            proxy.Lose(1);
            await Should.ThrowAsync<HttpRequestException>(() => Put(proxy.Address, path, body, key));

            var other = await Put(cluster.Nodes[1].Address, path, body, key);
            (other.Status, other.ETag, other.IsReplay).ShouldBe((201, "\"1\"", true));
            // One that is still running may be asked to wait; none is run again.
            var five = await Task.WhenAll(Enumerable.Range(0, 5).Select(n => Put(cluster.Nodes[n % 2].Address, path, body, key)));
            five.Where(a => a.Status != 409).ShouldAllBe(a => a.Status == 201 && a.Body == other.Body && a.IsReplay);
            (await Put(cluster.Nodes[1].Address, path, """{"version":0,"value":"other"}""", key)).Status.ShouldBe(422);
        }
        proxy.Lost.ShouldBe(5);
        foreach (var node in cluster.Nodes)
        {
            node.Kill();
            node.Launch();
        }
        await Task.WhenAll(cluster.Nodes.Select(n => n.Ready()));
        for (var i = 0; i < 5; i++)
        {
            (await Put(cluster.Nodes[i % 2].Address, $"user/d{i}/c/p", $$"""{"version":0,"value":{{i}}}""", $"key-{i}")).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(201), a => a.IsReplay.ShouldBeTrue());
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(cluster.Nodes[0].Address, $"/api/v1/default/user/d{i}/_history"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Cluster.Token("alice"));
            using var history = await s_http.SendAsync(request);
            JsonDocument.Parse(await history.Content.ReadAsStringAsync()).RootElement.GetProperty("history").GetArrayLength().ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_run_in_which_answers_are_lost_keeps_every_promise()
    {
        await using var cluster = await Cluster.Start(1);
        await using var proxy = new Proxy(cluster.Nodes[0].Address);
        var log = new Log();
        using var first = new Writer(cluster, log, -1, 1);
        foreach (var document in Writer.All) await first.Create(document);
        using var enough = new CancellationTokenSource(Scale.Time / 2);
        var writers = Enumerable.Range(0, 4).Select(w => new Writer(cluster, log, w, Scale.Seed + w) { Addresses = [proxy.Address] }).ToList();
        var losing = Task.Run(async () =>
        {
            for (; !enough.IsCancellationRequested; await Task.Delay(50, CancellationToken.None)) proxy.Lose(1);
            proxy.Lose(0);
        });
        await Task.WhenAll([losing, .. writers.Select(w => w.Work(enough.Token))]);
        var histories = new Dictionary<string, IReadOnlyList<Commit>>();
        foreach (var document in Writer.All) histories[document] = await first.History(document);
        var violations = Checker.Check(new Run(log.Ops, histories, []));
        violations.ShouldBeEmpty(Violation.Report(violations));
        log.Unexpected.ShouldBeEmpty();
        log.Ops.Count(o => o is { WasDisturbed: true, Outcome: Outcome.Ok }).ShouldBeGreaterThan(3);
        writers.ForEach(w => w.Dispose());
    }
}
