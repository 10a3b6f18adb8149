using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using PropsDb.Host.Ops;
using PropsDb.Testing;

namespace PropsDb.Host.Tests;

public sealed class HealthCommandTests
{
    [Theory]
    [InlineData(null, "http://127.0.0.1:5080/health/ready")]
    [InlineData("", "http://127.0.0.1:5080/health/ready")]
    [InlineData("http://+:8080", "http://127.0.0.1:8080/health/ready")]
    [InlineData("http://*:8080;https://*:8443", "http://127.0.0.1:8080/health/ready")]
    [InlineData("http://0.0.0.0:8080", "http://127.0.0.1:8080/health/ready")]
    [InlineData("http://[::]:8080", "http://127.0.0.1:8080/health/ready")]
    [InlineData("http://localhost:81/base/", "http://localhost:81/base/health/ready")]
    public void It_asks_where_the_service_listens(string? urls, string expected) =>
        HealthCommand.Ready(urls)!.ToString().ShouldBe(expected);

    [Fact]
    public void What_is_no_url_is_not_asked() => HealthCommand.Ready("8080").ShouldBeNull();

    [Theory]
    [InlineData(200, 0)]
    [InlineData(404, 1)]
    [InlineData(503, 1)]
    public async Task Only_an_answer_that_says_ready_is_good(int status, int exitCode)
    {
        await using var service = Answering(status);
        await service.StartAsync();
        (await HealthCommand.Run(["--urls", service.Urls.First()])).ShouldBe(exitCode);
    }

    [Fact]
    public async Task Nobody_listening_is_not_ready() => (await HealthCommand.Run(["--urls", $"http://127.0.0.1:{Ports.Free()}"])).ShouldBe(1);

    [Fact]
    public async Task A_bad_setting_is_told_apart() => (await HealthCommand.Run(["--urls", "nowhere"])).ShouldBe(ExitCodes.BadSettings);

    private static WebApplication Answering(int status)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/health/ready", () => Results.StatusCode(status));
        return app;
    }
}
