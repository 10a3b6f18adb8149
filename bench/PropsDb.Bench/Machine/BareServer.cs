using System.Globalization;
using System.Text;
using Npgsql;

namespace PropsDb.Bench.Machine;

/// <summary>
/// The yardsticks of HTTP: Kestrel with nothing behind it, and Kestrel with one read of one row. <c>bare CONNECTIONSTRING</c> serves them at
/// ASPNETCORE_URLS: <c>/short</c> a few bytes, <c>/long</c> as many as a document has, <c>/row/{n}</c> a row of the yardstick's table.
/// </summary>
public static class BareServer
{
    public static async Task<int> Run(string connectionString)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 4, AutoPrepareMinUsages = 1, MaxPoolSize = 16 }.ConnectionString);
        await using var app = builder.Build();
        var few = Encoding.ASCII.GetBytes("""{"answer":"constant"}""");
        var many = Encoding.ASCII.GetBytes($$"""{"answer":"{{new string('x', 2600)}}"}""");
        app.Run(http => http.Request.Path.Value switch
        {
            "/short" => Send(http, few),
            "/long" => Send(http, many),
            "/health/ready" => Send(http, few),
            { } path when path.StartsWith("/row/", StringComparison.Ordinal) => SendRow(http, source, int.Parse(path.AsSpan(5), CultureInfo.InvariantCulture)),
            _ => Task.FromResult(http.Response.StatusCode = 404),
        });
        await app.RunAsync();
        return 0;
    }

    private static Task Send(HttpContext http, byte[] body)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, 0, body.Length);
    }

    private static async Task SendRow(HttpContext http, NpgsqlDataSource source, int id)
    {
        await using var command = source.CreateCommand("SELECT version, data FROM documents WHERE id = $1");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
        {
            http.Response.StatusCode = 404;
            return;
        }
        http.Response.Headers.ETag = $"\"{reader.GetInt64(0).ToString(CultureInfo.InvariantCulture)}\"";
        await Send(http, reader.GetFieldValue<byte[]>(1));
    }
}
