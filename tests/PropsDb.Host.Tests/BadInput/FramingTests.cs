using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>What one connection shows: that no second request hides in a first, and that no client keeps one by being slow.</summary>
[Collection(BadInputCollection.Name)]
public sealed class FramingTests(PropsDbServer server)
{
    private const string Body = """{"version":0,"value":1}""";
    private static int names;

    private readonly string _name = $"framing{Interlocked.Increment(ref names)}";

    private string Put(string document, string framing) =>
        $"PUT /api/v1/default/user/{document}/c/p HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.Token("alice")}\r\nContent-Type: application/json\r\n{framing}\r\n";

    /// <summary>What would be a second request, if the first ended where another server may think it does.</summary>
    private string Smuggled => Put($"{_name}-smuggled", $"Content-Length: {Body.Length}\r\n") + Body;

    private async Task<IReadOnlyList<WireAnswer>> Converse(string bytes) =>
        Wire.Parse(await Wire.Converse(server.Address, Encoding.Latin1.GetBytes(bytes)));

    private async Task<int> Status(string document) => (await server.As("alice").Get($"user/{document}")).Status;

    [Theory]
    [InlineData("chunked", "0\r\n\r\n")]
    [InlineData("Chunked", "0\r\n\r\n")]
    [InlineData("chunked, chunked", "0\r\n\r\n")]
    [InlineData("identity, chunked", "0\r\n\r\n")]
    [InlineData("xchunked", "0\r\n\r\n")]
    [InlineData("\tchunked", "0\r\n\r\n")]
    [InlineData("chunked, identity", "0\r\n\r\n")]
    public async Task A_request_with_two_lengths_is_refused_and_its_connection_closed(string coding, string end)
    {
        foreach (var order in new[] { true, false })
        {
            var length = $"Content-Length: {end.Length + Smuggled.Length}\r\n";
            var transfer = $"Transfer-Encoding: {coding}\r\n";
            var answers = await Converse(Put(_name, order ? length + transfer : transfer + length) + end + Smuggled);
            answers.ShouldHaveSingleItem().Status.ShouldBe(400);
            answers[0].Header("Connection").ShouldBe("close");
            (await Status($"{_name}-smuggled")).ShouldBe(404);
            (await Status(_name)).ShouldBe(404);
        }
    }

    [Theory]
    [InlineData("Content-Length: 23\r\nContent-Length: 24\r\n")]
    [InlineData("Content-Length: 23, 24\r\n")]
    [InlineData("Content-Length: -23\r\n")]
    [InlineData("Content-Length: 2 3\r\n")]
    [InlineData("Content-Length: 0x17\r\n")]
    [InlineData("Content-Length : 23\r\n")]
    [InlineData("Content-Length\r\n")]
    [InlineData("Content-Length: 23\r\n X: y\r\n")]
    [InlineData("X: a\rContent-Length: 23\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")]
    public async Task A_request_whose_length_is_malformed_ends_its_connection(string framing)
    {
        var answers = await Converse(Put(_name, framing) + Body + Smuggled);
        answers.ShouldHaveSingleItem().Status.ShouldBe(400);
        (await Status(_name)).ShouldBe(404);
        (await Status($"{_name}-smuggled")).ShouldBe(404);
    }

    [Theory]
    [InlineData("g\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("fffffffff\r\n")]
    [InlineData("80000000\r\n")]
    [InlineData("\r\n")]
    [InlineData("0x17\r\n")]
    [InlineData("17\n")]
    [InlineData("17 17\r\n")]
    [InlineData("0\r\nno trailer\r\n\r\n")]
    public async Task A_request_whose_chunks_are_malformed_ends_its_connection(string chunk)
    {
        var bytes = Encoding.Latin1.GetBytes(Put(_name, "Transfer-Encoding: chunked\r\n") + chunk + Body + "\r\n0\r\n\r\n" + Smuggled);
        var answers = Wire.Parse(await Wire.Converse(server.Address, bytes));
        answers.Count.ShouldBeLessThanOrEqualTo(1);
        foreach (var answer in answers) answer.Status.ShouldBeInRange(400, 413, answer.ToString());
        (await Status($"{_name}-smuggled")).ShouldBe(404);
        (await Status(_name)).ShouldBe(404);
    }

    [Fact]
    public async Task Two_requests_in_one_packet_are_two_requests()
    {
        var answers = await Converse(
            Put(_name, "Transfer-Encoding: chunked\r\n") + $"{Body.Length:x};an=extension\r\n{Body}\r\n0\r\nX-Trailer: y\r\n\r\n"
            + Put($"{_name}-second", $"Connection: close\r\nContent-Length: {Body.Length}\r\n") + Body);
        answers.Select(a => a.Status).ShouldBe([201, 201]);
    }

    [Fact]
    public async Task A_refused_body_is_not_read_as_the_next_request()
    {
        var refused = Put(_name, $"Content-Length: {Smuggled.Length}\r\n").Replace("application/json", "text/plain") + Smuggled;
        var answers = await Converse(refused + "GET /api/v1/default/user HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        answers.Select(a => a.Status).ShouldBe([415, 401]);
        (await Status($"{_name}-smuggled")).ShouldBe(404);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("{\"value\":1e400}")]
    [InlineData("{\"version\":0}")]
    [InlineData("")]
    public async Task A_refused_body_does_not_cost_the_connection(string body)
    {
        var answers = await Converse(Put(_name, $"Content-Length: {body.Length}\r\n") + body
            + Put(_name, $"Connection: close\r\nContent-Length: {Body.Length}\r\n") + Body);
        answers.Select(a => a.Status).ShouldBe([400, 201]);
    }

    [Fact]
    public async Task A_body_on_a_read_is_not_the_next_request()
    {
        var read = $"GET /api/v1/default/user/{_name} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.Token("alice")}\r\nContent-Length: {Smuggled.Length}\r\n\r\n{Smuggled}";
        var answers = await Converse(read + "GET /api/v1/default/user HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        answers.Select(a => a.Status).ShouldBe([404, 401]);
        (await Status($"{_name}-smuggled")).ShouldBe(404);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_before_it_is_sent()
    {
        var watch = Stopwatch.StartNew();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(server.Address.Host, server.Address.Port);
        var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(Put(_name, "Content-Length: 5242881\r\n")));
        var buffer = new byte[4096];
        var read = await stream.ReadAsync(buffer);
        Encoding.Latin1.GetString(buffer, 0, read).ShouldStartWith("HTTP/1.1 413");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(3));
    }

    // Row 11: Kestrel gives a body five seconds, and from then on wants 240 bytes a second.
    [Fact]
    public async Task A_body_that_trickles_is_cut_off_in_time()
    {
        var watch = Stopwatch.StartNew();
        using var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(server.Address.Host, server.Address.Port);
        var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(Put(_name, "Content-Length: 100000\r\n")));
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var trickling = Trickle(stream, enough.Token);
        var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received, enough.Token);
        }
        catch (IOException)
        {
            // The rest of the body meets a closed connection.
        }
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));
        await enough.CancelAsync();
        await trickling;
        foreach (var answer in Wire.Parse(received.ToArray()))
            Problems.ShouldBeOurs(answer, new Expect.Refused(408, "request_timeout"), [], server.Token("alice"));
        (await Status(_name)).ShouldBe(404);
    }

    private static async Task Trickle(NetworkStream stream, CancellationToken cancel)
    {
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                await stream.WriteAsync(" "u8.ToArray(), cancel);
                await Task.Delay(500, cancel);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut off, as it should be.
        }
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_of_its_body_stores_nothing()
    {
        for (var i = 0; i < 20; i++)
        {
            using var tcp = new TcpClient { LingerState = new LingerOption(enable: true, 0) };
            await tcp.ConnectAsync(server.Address.Host, server.Address.Port);
            await tcp.GetStream().WriteAsync(Encoding.Latin1.GetBytes(Put(_name, string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n")) + Body[..(i + 1)]));
        }
        await Task.Delay(200);
        (await Status(_name)).ShouldBe(404);
    }
}
