using System.Net.Http.Headers;
using System.Net.Sockets;

namespace PropsDb.Host.Tests;

public sealed class ConnectionTests(PropsDbServer server)
{
    [Theory]
    [InlineData("user/d", "{", 400)]
    [InlineData("user/d", """{"collections":{"c":{"p":[1e999]}}}""", 400)]
    [InlineData("user/d", "[]", 400)]
    [InlineData("app/d", "{}", 403)]
    [InlineData("user/d/c/p", "{}", 405)]
    [InlineData("user/nothing/c", "{}", 404)]
    public async Task A_refused_body_leaves_the_connection_good_for_the_next_request(string path, string body, int status)
    {
        var connections = 0;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancel) =>
            {
                Interlocked.Increment(ref connections);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token(server.New("user")));
        for (var i = 0; i < 3; i++)
        {
            using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
            using var response = await http.PostAsync(new Uri(server.Address, "/api/v1/default/" + path), content);
            ((int)response.StatusCode).ShouldBe(status);
        }
        connections.ShouldBe(1);
    }
}
