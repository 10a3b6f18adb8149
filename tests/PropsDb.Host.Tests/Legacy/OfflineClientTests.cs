using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace PropsDb.Host.Tests.Legacy;

/// <summary>Devices of one user that work offline and meet on one document; <c>/api/v1</c> reads what they made of it.</summary>
public sealed class OfflineClientTests(PropsDbServer server)
{
    private readonly FakeTimeProvider _time = new();
    private readonly string _user = server.New("user");

    private Client V1 => server.As(_user);

    // One device signs in by a header, another by a cookie.
    private OfflineClient Device(bool byCookie = false, Func<Func<Task<Answer>>, Task<Answer>>? network = null)
    {
        var client = byCookie ? server.Anonymous : V1;
        (string, string)[] headers = [("X-Api-Version", "1.0.0"), .. byCookie ? [("Cookie", "cookie_session=" + Uri.EscapeDataString(server.Token(_user)))] : Array.Empty<(string, string)>()];
        return new OfflineClient(_time, "home", (method, path, body) =>
        {
            Task<Answer> Send() => client.Send(method, path, body, body is null ? null : "application/json", headers);
            return network is null ? Send() : network(Send);
        });
    }

    private async Task Pass(params OfflineClient[] devices)
    {
        _time.Advance(OfflineClient.GatheredFor);
        foreach (var device in devices) await device.Tick();
    }

    private async Task ShouldBe(string content, long version, params OfflineClient[] devices)
    {
        foreach (var device in devices)
        {
            await device.Pull();
            JsonNode.DeepEquals(JsonNode.Parse(device.Text), JsonNode.Parse(content)).ShouldBeTrue(device.Text);
        }
        var read = await V1.Get("user/home?shape=object");
        read.ETag.ShouldBe($"\"{version}\"");
        read.Json.GetProperty("document").GetProperty("collections").ShouldBeJson(content);
    }

    private async Task<(OfflineClient Phone, OfflineClient Laptop)> TwoDevices()
    {
        var (phone, laptop) = (Device(), Device(byCookie: true));
        phone.Set("ui", "theme", "\"dark\"");
        phone.Set("ui", "size", "1");
        phone.Set("net", "on", "true");
        await Pass(phone);
        await laptop.Pull();
        phone.Version.ShouldBe("1");
        laptop.Version.ShouldBe("1");
        return (phone, laptop);
    }

    [Fact]
    public async Task Changes_are_gathered_and_sent_as_one_version()
    {
        var (phone, laptop) = await TwoDevices();
        for (var i = 2; i < 50; i++) phone.Set("ui", "size", i.ToString());
        phone.Set("net", "proxy", """{"host":"h","ports":[1,2]}""");
        await phone.Tick();
        (await V1.Get("user/home")).ETag.ShouldBe("\"1\"");
        await Pass(phone);
        await ShouldBe("""{"ui":{"theme":"dark","size":49},"net":{"on":true,"proxy":{"host":"h","ports":[1,2]}}}""", 2, phone, laptop);
    }

    [Fact]
    public async Task What_two_devices_changed_apart_is_all_there_in_the_end()
    {
        var (phone, laptop) = await TwoDevices();
        phone.Set("ui", "theme", "\"light\"");
        laptop.Set("ui", "size", "2");
        laptop.Set("new", "x", "[]");
        await Pass(phone, laptop);
        laptop.Conflicts.ShouldBe(1);
        await ShouldBe("""{"ui":{"theme":"light","size":2},"net":{"on":true},"new":{"x":[]}}""", 3, phone, laptop);
    }

    [Fact]
    public async Task What_both_changed_is_the_later_ones()
    {
        var (phone, laptop) = await TwoDevices();
        phone.Set("ui", "theme", """{"a":1}""");
        laptop.Set("ui", "theme", """{"b":[2]}""");
        await Pass(phone, laptop);
        laptop.Conflicts.ShouldBe(1);
        await ShouldBe("""{"ui":{"theme":{"b":[2]},"size":1},"net":{"on":true}}""", 3, phone, laptop);
    }

    [Fact]
    public async Task Deletions_are_requests_and_versions_of_their_own()
    {
        var (phone, laptop) = await TwoDevices();
        phone.Set("ui", "size", "3");
        phone.Delete("net", "on");
        laptop.Delete("ui", "theme");
        await Pass(phone, laptop);
        (phone.Version, phone.Conflicts, laptop.Conflicts).ShouldBe(("3", 0, 1));
        await ShouldBe("""{"ui":{"size":3},"net":{}}""", 4, phone, laptop);
    }

    [Fact]
    public async Task A_document_that_another_device_deleted_is_begun_anew()
    {
        var (phone, laptop) = await TwoDevices();
        await phone.DeleteDocument();
        (phone.Version, (await V1.Get("user/home")).Status).ShouldBe(("0", 404));
        laptop.Set("ui", "size", "2");
        await Pass(laptop);
        (laptop.Version, laptop.Conflicts).ShouldBe(("1", 1));
        // Version 3 of /api/v1, and of its second life the first.
        await ShouldBe("""{"ui":{"size":2}}""", 3, phone, laptop);
        phone.Version.ShouldBe("1");
        phone.Set("net", "on", "false");
        await Pass(phone);
        await ShouldBe("""{"ui":{"size":2},"net":{"on":false}}""", 4, phone, laptop);
    }

    [Fact]
    public async Task A_lost_answer_becomes_a_conflict_with_oneself_and_no_second_version()
    {
        var lost = 0;
        var phone = Device(network: async send =>
        {
            var answer = await send();
            return answer.Raw.RequestMessage!.Method == HttpMethod.Post && lost++ == 0 ? throw new HttpRequestException("The answer was lost.") : answer;
        });
        phone.Set("ui", "theme", "\"dark\"");
        await Pass(phone);
        (phone.Version, phone.Conflicts).ShouldBe(("1", 1));
        await ShouldBe("""{"ui":{"theme":"dark"}}""", 1, phone);
    }

    [Fact]
    public async Task A_request_that_never_arrived_is_sent_again()
    {
        var lost = 0;
        var phone = Device(network: send => lost++ == 0 ? throw new HttpRequestException("Offline.") : send());
        phone.Set("ui", "theme", "\"dark\"");
        await Pass(phone);
        (phone.Version, phone.Conflicts).ShouldBe(("1", 0));
        await ShouldBe("""{"ui":{"theme":"dark"}}""", 1, phone);
    }

    [Fact]
    public async Task Who_loses_seven_times_takes_over_what_is_there()
    {
        var (phone, laptop) = await TwoDevices();
        var written = 1;
        phone.Meanwhile = async () => (await V1.Put("user/home/ui/size", $$"""{"version":{{written}},"value":{{++written}} }""")).Status.ShouldBe(200);
        phone.Set("ui", "theme", "\"lost\"");
        await Pass(phone);
        (phone.Conflicts, phone.GivenUp, written).ShouldBe((7, 1, 8));
        await ShouldBe("""{"ui":{"theme":"dark","size":8},"net":{"on":true}}""", 8, phone, laptop);
    }

    [Fact]
    public async Task Many_devices_at_once_lose_nothing_and_make_one_version_a_write()
    {
        const int Devices = 4, Rounds = 6;
        var devices = Enumerable.Range(0, Devices).Select(i => Device(byCookie: i % 2 == 0)).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < Devices; i++) devices[i].Set($"c{round % 2}", $"d{i}-r{round}", $$"""{"round":[{{round}}]}""");
            _time.Advance(OfflineClient.GatheredFor);
            await Task.WhenAll(devices.Select(d => d.Tick()));
        }
        devices.ShouldAllBe(d => d.GivenUp == 0);
        var content = (await V1.Get("user/home?shape=object")).Json.GetProperty("document").GetProperty("collections");
        for (var round = 0; round < Rounds; round++)
            for (var i = 0; i < Devices; i++) content.GetProperty($"c{round % 2}").GetProperty($"d{i}-r{round}").ShouldBeJson($$"""{"round":[{{round}}]}""");
        (await V1.Get("user/home")).ETag.ShouldBe($"\"{Devices * Rounds}\"");
    }
}
