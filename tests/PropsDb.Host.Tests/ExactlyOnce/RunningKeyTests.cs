using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PropsDb.Host.Http;

namespace PropsDb.Host.Tests;

/// <summary>From when to when a key is taken, told by handlers that end when the test says so.</summary>
public sealed class RunningKeyTests(PropsDbServer server) : IAsyncLifetime
{
    private static readonly (string, string) Key = ("Idempotency-Key", "running");

    private readonly List<Func<HttpContext, Task>> _handlers = [];
    private readonly WebApplication _app = Kestrel();
    private int _calls;
    private int _ended;

    public async ValueTask InitializeAsync()
    {
        var pipeline = new ApplicationBuilder(server.Services);
        pipeline.UseProblems();
        pipeline.UseAddressing().UseIdempotency();
        pipeline.Run(http => _handlers[Interlocked.Increment(ref _calls) - 1](http));
        var handle = pipeline.Build();
        _app.Run(async http =>
        {
            http.RequestServices = server.Services;
            await handle(http);
            Interlocked.Increment(ref _ended);
        });
        await _app.StartAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task It_is_free_for_whoever_has_the_answer_and_taken_by_the_one_who_runs_then()
    {
        var alice = new Client(new Uri(_app.Urls.First()), server.Token(server.New("user")));
        var (firstEnds, secondAnswers) = (new TaskCompletionSource(), new TaskCompletionSource());
        _handlers.Add(async http =>
        {
            await Answer(http, "1");
            await firstEnds.Task;
        });
        _handlers.Add(async http =>
        {
            await secondAnswers.Task;
            await Answer(http, "2");
        });
        (await Write()).Body.ShouldBe("1");
        var second = Write();
        while (Volatile.Read(ref _calls) < 2)
        {
            second.IsCompleted.ShouldBeFalse();
            await Task.Delay(5);
        }
        firstEnds.SetResult();
        while (Volatile.Read(ref _ended) < 1) await Task.Delay(5);
        (await Write()).ShouldBeProblem(409, "idempotency_in_progress");
        secondAnswers.SetResult();
        (await second).Body.ShouldBe("2");
        _calls.ShouldBe(2);

        // Each on a connection of its own: on one, the next request waits until the handler of the one before has ended.
        Task<Answer> Write() => alice.Put("user/d/ui/a", """{"value":1}""", Key, ("Connection", "close"));
    }

    private static Task Answer(HttpContext http, string body) => new Reply(200, null, null, System.Text.Encoding.UTF8.GetBytes(body)).Send(http);

    private static WebApplication Kestrel()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        return builder.Build();
    }
}
