using System.Text;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>Texts that are JSON and texts that are not, each as a property's value over HTTP.</summary>
[Collection(BadInputCollection.Name)]
public sealed class JsonTextTests(PropsDbServer server)
{
    private static int names;

    // Latin-1 stands for bytes here.
    public static TheoryData<string> Malformed => [
        "", " ", "n", "nul", "nulll", "NULL", "tru", "truee", "True", "fals", "False", "none", "undefined", "nan", "-Infinity",
        "-", "+", "--1", "+1", "00", "01", "-01", "-00", "1.", "-1.", ".5", "-.5", "1.e1", "1e", "1e+", "1E-", "1e1.5", "1ee1", "1e+-1", "0x10", "1,000", "1_0", "1a", "0b1", "1 2", "\u00B2",
        "\"", "\"a", "a\"", "'a'", "\"\\\"", "\"\\a\"", "\"\\'\"", "\"\\x0a\"", "\"\\u\"", "\"\\u1\"", "\"\\u12G4\"", "\"\\U0041\"", "\"\\u{41}\"", "\"\n\"", "\"\t\"", "\"\r\"", "\"\u001F\"", "\"a\"b", "\"\\ud834\"", "\"\\udd1e\\ud834\"", "\"\u00FF\"", "\"\u00C0\u0080\"",
        "[", "]", "[1", "[1,", "[1,]", "[,]", "[,1]", "[1,,2]", "[1;2]", "[1]]", "[[1]", "[1}", "(1)", "[1:2]", "[\"a\" \"b\"]", "[1]x", "[\u000B1]", "[\u00A01]",
        "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{:1}", "{\"a\"}", "{\"a\",1}", "{\"a\":1:2}", "{a:1}", "{1:1}", "{'a':1}", "{null:1}", "{[1]:1}", "{\"a\":1]", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\"::1}", "{\"a\":1,,\"b\":2}", "{\"a\":1,\"a\":1}", "{\"\\u0061\":1,\"a\":1}", "{\"\\udead\":1}",
        "// c\n1", "/* c */1", "1#", "1;", "{\"a\":/**/1}", "*", "<a/>", "@", "\u0000", "1\u0000", "\u00EF\u00BB\u00BF1", "\u00E2\u0080\u00A81", "\f1",
    ];

    public static TheoryData<string> WellFormed => [
        "null", "true", "false", "0", "-0", "0.0", "-0.0", "1", "-1", "10", "1.5", "-1.5", "0.1", "1e1", "1E1", "1e+1", "1e-1", "0e0", "0e1", "1.0e10", "1.50E-07", "123456789012345678901234567890", "1e308", "5e-324", "1e-999", "0e999",
        "\"\"", "\" \"", "\"a\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"/\"", "\"\\u0000\"", "\"\\u001f\"", "\"\u007F\"", "\"\\u007f\"", "\"\\u2028\\u2029\"", "\"\\ufffe\\uffff\"", "\"\\ud834\\udd1e\"", "\"\\uD834\\uDD1E\"", "\"\\udbff\\udfff\"", "\"\u00C3\u00A9\"", "\"\u00F0\u009F\u0098\u0080\"", "\"\u00EF\u00BB\u00BF\"", "\"\u00EF\u00BF\u00BE\"", "\"\u00E2\u0080\u00A8\"", "\"\\\\u0041\"", "\"'\"", "\"/*x*/\"", "\"//\"", "\"[1,]\"",
        "[]", "[[]]", "[{}]", "[null]", "[1,2]", "[[[[1]]]]", "[1,\"a\",true,null,{},[]]", "[\"\",\"\"]", "[0,-0,0.0]",
        "{}", "{\"\":0}", "{\"a\":1}", "{\"a\":{\"a\":{\"a\":1}}}", "{\"a\":1,\"A\":2}", "{\"b\":1,\"a\":2}", "{\"\\u0000\":1}", "{\"a\\u0000\":1,\"a\":2}", "{\"\u00C3\u00A9\":1,\"e\u00CC\u0081\":2}", "{\"\\\"\":1,\"\\\\\":2,\"\\/\":3}", "{\"1\":1,\"01\":2,\"1.0\":3}", "{\"__proto__\":null}", "{\"a\":[{\"a\":1},{\"a\":1}]}",
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task What_is_no_JSON_is_refused(string text)
    {
        var (name, answer, request) = await Put(text);
        Problems.ShouldBeOurs(answer, new Expect.Refused(400, "invalid_json"), request, server.Token("alice"));
        (await server.As("alice").Get($"user/{name}")).Status.ShouldBe(404);
    }

    [Theory]
    [MemberData(nameof(WellFormed))]
    public async Task What_is_JSON_comes_back_as_it_was_sent(string text)
    {
        var (name, answer, _) = await Put(text);
        answer.Status.ShouldBe(201, answer.ToString());
        var read = await server.As("alice").Get($"user/{name}/c/p", ("Accept", "application/vnd.propsdb.value+json"));
        Encoding.UTF8.GetBytes(read.Body).ShouldBe(Encoding.Latin1.GetBytes(text));
        // Once more from history's own form: what was stored is what a rewrite compares with.
        (await Put(name, text, version: 1)).Header("ETag").ShouldBe("\"1\"");
    }

    [Fact]
    public async Task White_space_around_values_is_no_part_of_them()
    {
        foreach (var text in new[] { " 1", "1 ", "\t1", "\r\n1\r\n", " [ 1 , 2 ] ", "{ \"a\" : 1 }" })
        {
            var (name, answer, _) = await Put(text);
            answer.Status.ShouldBe(201);
            (await server.As("alice").Get($"user/{name}/c/p", ("Accept", "application/vnd.propsdb.value+json"))).Body.ShouldBe(text.Replace(" ", "").Trim());
        }
    }

    private async Task<(string Name, WireAnswer Answer, byte[] Request)> Put(string text)
    {
        var name = $"text{Interlocked.Increment(ref names)}";
        var request = Request(name, text, version: 0);
        return (name, await Wire.Exchange(server.Address, request), request);
    }

    private async Task<WireAnswer> Put(string name, string text, int version) => await Wire.Exchange(server.Address, Request(name, text, version));

    private byte[] Request(string name, string text, int version) => Send
        .Bytes("PUT", $"user/{name}/c/p?version={version}", "application/json", () => [.. "{\"value\":"u8, .. Encoding.Latin1.GetBytes(text), .. "}"u8])
        .ToBytes(server.Address, server.Token("alice"), t => t);
}
