using System.Net;
using System.Globalization;
using PropsDb.Bench.Load;
using PropsDb.Bench.Machine;

namespace PropsDb.Bench;

/// <summary>
/// The instrument's own test: against a server that errs or lies the driver must fail, and against one that does as it should it must not.
/// </summary>
public static class Check
{
    public static async Task<int> Run()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        var answer = (HttpContext _, long _) => Task.CompletedTask;
        app.Run(http => answer(http, Version(http)));
        await app.StartAsync();
        var server = new IPEndPoint(IPAddress.Loopback, new Uri(app.Urls.First()).Port);

        var wrong = 0;
        Expect("an honest server", null, (http, version) => Say(http, 200, $"\"{version + 1}\""));
        Expect("errors", "was not accepted", (http, version) => Say(http, 500, $"\"{version + 1}\""));
        Expect("an ETag that does not go on", "another version than the next", (http, version) => Say(http, 200, $"\"{version}\""));
        Expect("an ETag that skips one", "another version than the next", (http, version) => Say(http, 200, $"\"{version + 2}\""));
        Expect("no ETag", "another version than the next", (http, _) => Say(http, 200, null));
        Expect("an ETag that is none of ours", "another version than the next", (http, version) => Say(http, 200, $"W/\"{version + 1}\""));
        Expect("another success", "was not accepted", (http, version) => Say(http, 202, $"\"{version + 1}\""));
        Expect("nothing but refusals", "were accepted", (http, version) => Say(http, 412, null, $$"""{"actual":{{version}}}"""));
        Expect("one refusal in ten", "were accepted", (http, version) => version % 10 == 0 ? Say(http, 412, null, $$"""{"actual":{{version + 1}}}""") : Say(http, 200, $"\"{version + 1}\""));
        Expect("a cut connection", "closed a connection", (http, _) =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        Expect("a read of another version", "was answered with another", (http, version) => Say(http, 200, $"\"{version + 1}\""), reads: true);
        Expect("a read answered with nothing", "with nothing", (http, _) => Say(http, 200, "\"1\"", ""), reads: true);
        Expect("writes that were acknowledged and not stored", "were added to the database", (http, version) => Say(http, 200, $"\"{version + 1}\""), stored: accepted => accepted - 1);
        Console.WriteLine(wrong == 0 ? "The driver notices what it must." : $"The driver is wrong about {wrong} of these.");
        return wrong == 0 ? 0 : 1;

        void Expect(string what, string? complaint, Func<HttpContext, long, Task> does, bool reads = false, Func<long, double>? stored = null)
        {
            answer = does;
            var heard = Complaint(server, reads, stored ?? (accepted => accepted));
            var isRight = complaint is null ? heard is null : heard?.Contains(complaint, StringComparison.Ordinal) == true;
            if (!isRight) wrong++;
            Console.WriteLine($"  {(isRight ? "ok   " : "WRONG")} {what}: {heard ?? "no complaint"}");
        }
    }

    private static string? Complaint(IPEndPoint server, bool reads, Func<long, double> stored)
    {
        const int connections = 4;
        var documents = new Documents("default", "shared", "check", 100);
        Array.Fill(documents.Versions, 1);
        ITraffic traffic = reads ? new Reads(documents, "If-Match: \"1\"\r\n") : new ConditionalWrites(documents, "", connections);
        try
        {
            Driver.Run(server, connections, traffic, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(300));
            if (!reads) Groups.Writes.Share(documents.AcceptedWrites, documents.Refused);
            Proof.Require(documents.AcceptedEvents, stored(documents.AcceptedEvents));
            return null;
        }
        catch (BenchException e)
        {
            return e.Message;
        }
    }

    private static long Version(HttpContext http) => long.Parse(http.Request.Headers.IfMatch.ToString().Trim('"'), CultureInfo.InvariantCulture);

    private static Task Say(HttpContext http, int status, string? etag, string body = "{}")
    {
        http.Response.StatusCode = status;
        if (etag is not null) http.Response.Headers.ETag = etag;
        http.Response.ContentLength = body.Length;
        return http.Response.WriteAsync(body);
    }
}
