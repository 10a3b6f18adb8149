using System.Net;
using System.Net.Sockets;
using PropsDb.Host.Tests.Administration;
using PropsDb.Host.Webhooks;

namespace PropsDb.Host.Tests.Webhooks;

/// <summary>Deliveries go to the public Internet, and to nobody's neighbours.</summary>
public sealed class DestinationTests(PropsDbServer server)
{
    private static readonly Destinations s_public = new(new WebhookSettings());

    public static TheoryData<string> Closed { get; } =
    [
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://0/", "http://0.0.0.0/", "http://localhost/", "http://LOCALHOST./",
        "http://a.localhost/", "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.1.1/", "http://100.64.0.1/", "http://169.254.169.254/latest/meta-data/",
        "http://168.63.129.16/", "http://100.100.100.200/", "http://192.0.0.192/", "http://198.18.0.1/", "http://224.0.0.1/", "http://255.255.255.255/", "http://[::1]/", "http://[::]/",
        "http://[fd00::1]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[fe80::1]/", "http://[ff02::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2001:db8::1]/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
        "unix:///var/run/docker.sock", "javascript:alert(1)", "//example.com/", "/hook", "", "http://", "https://user:word@example.com/", "https://example.com/#part", "http://①②⑦.0.0.1/",
    ];

    [Theory]
    [MemberData(nameof(Closed))]
    public async Task A_URL_that_leads_elsewhere_is_refused(string url)
    {
        var app = await TestApp.Register(server);
        (await app.Admin.Put("_webhooks/hook", $$"""{"url":"{{url}}"}""")).ShouldPointTo("invalid_value", "/url");
    }

    [Theory]
    [InlineData("https://example.com/hook?x=1")]
    [InlineData("http://example.com:8080/")]
    [InlineData("https://93.184.216.34/")]
    [InlineData("https://[2606:4700::1111]/")]
    public void A_public_URL_is_a_destination(string url) => s_public.Fault(url).ShouldBeNull();

    [Fact]
    public void A_URL_has_at_most_2048_characters()
    {
        var url = "https://example.com/";
        s_public.Fault(url.PadRight(2_048, 'a')).ShouldBeNull();
        s_public.Fault(url.PadRight(2_049, 'a')).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public async Task What_a_name_leads_to_is_looked_at_when_it_is_connected_to(string host)
    {
        using var listener = new TcpListener(IPAddress.IPv6Any, 0);
        listener.Server.DualMode = true;
        listener.Start();
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = s_public.Connect });
        var literal = host.Contains(':') ? $"[{host}]" : host;
        var failure = await Should.ThrowAsync<HttpRequestException>(() => http.GetAsync($"http://{literal}:{((IPEndPoint)listener.LocalEndpoint).Port}/"));
        failure.InnerException.ShouldBeOfType<ForbiddenDestinationException>();
        listener.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task A_name_that_leads_home_is_a_failure_that_says_so_and_nothing_else()
    {
        await using var app = await HookedApp.Start("--PROPSDB:WEBHOOKS:ALLOW=192.0.2.1");
        // The machine's own name: good to look at, and leads to an address of no public network.
        var name = Dns.GetHostName();
        if ((await Dns.GetHostAddressesAsync(name)).Any(s_public.Allows)) Assert.Skip("This machine has a public address.");
        (await app.Admin.Put("_webhooks/hook", $$"""{"url":"http://{{name}}:{{app.Receiver.Port}}/"}""")).Status.ShouldBe(201);
        await app.Set("d", 1);
        await app.Until(s => s.GetProperty("failures").GetArrayLength() == 1, "it failed");
        (await app.State()).GetProperty("failures")[0].GetProperty("reason").GetString().ShouldBe("address_not_allowed");
        app.Receiver.All.ShouldBeEmpty();
    }

    [Fact]
    public void What_the_operator_allows_is_open_and_nothing_beside_it()
    {
        var destinations = new Destinations(new WebhookSettings { Allow = [IPNetwork.Parse("10.1.0.0/16"), IPNetwork.Parse("fd00::/64")] });
        foreach (var address in new[] { "10.1.2.3", "::ffff:10.1.2.3", "fd00::1" }) destinations.Allows(IPAddress.Parse(address)).ShouldBeTrue(address);
        foreach (var address in new[] { "10.2.0.1", "127.0.0.1", "::1", "fd00:0:0:1::1" }) destinations.Allows(IPAddress.Parse(address)).ShouldBeFalse(address);
    }
}
