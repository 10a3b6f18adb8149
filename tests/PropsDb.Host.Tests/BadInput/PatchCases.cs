using static PropsDb.Host.Tests.BadInput.Table;

namespace PropsDb.Host.Tests.BadInput;

/// <summary>Row 63: patches that do not fit, and patches that are bombs. The document is <c>{"ui":{"theme":"dark","list":[1,2,3]}}</c>.</summary>
public static class PatchCases
{
    private static readonly Expect.Refused Failed = Refused(422, "patch_failed");
    private static readonly Expect.Refused BadValue = Refused(400, "invalid_value");

    public static IReadOnlyList<Case> All { get; } =
    [
        Patch("remove what is not there", """{"op":"remove","path":"/ui/x"}""", Failed),
        Patch("replace what is not there", """{"op":"replace","path":"/ui/x","value":1}""", Failed),
        Patch("add under what is not there", """{"op":"add","path":"/x/y","value":1}""", Failed),
        Patch("add under a scalar", """{"op":"add","path":"/ui/theme/x","value":1}""", Failed),
        Patch("copy what is not there", """{"op":"copy","from":"/ui/x","path":"/ui/y"}""", Failed),
        Patch("move what is not there", """{"op":"move","from":"/ui/x","path":"/ui/y"}""", Failed),
        Patch("move into its own child", """{"op":"move","from":"/ui","path":"/ui/x"}""", Failed),
        Patch("move into its own grandchild", """{"op":"move","from":"/ui/list","path":"/ui/list/0/x"}""", Failed),
        Patch("a negative index", """{"op":"add","path":"/ui/list/-1","value":1}""", Failed),
        Patch("an index beyond the end", """{"op":"add","path":"/ui/list/4","value":1}""", Failed),
        Patch("an index with a leading zero", """{"op":"replace","path":"/ui/list/01","value":1}""", Failed),
        Patch("an index beyond 32 bits", """{"op":"add","path":"/ui/list/4294967296","value":1}""", Failed),
        Patch("an index beyond 64 bits", """{"op":"add","path":"/ui/list/99999999999999999999","value":1}""", Failed),
        Patch("an index in other digits", """{"op":"replace","path":"/ui/list/\u0661","value":1}""", Failed),
        Patch("an index that is a name", """{"op":"add","path":"/ui/list/length","value":1}""", Failed),
        Patch("removal at -", """{"op":"remove","path":"/ui/list/-"}""", Failed),
        Patch("replacement at -", """{"op":"replace","path":"/ui/list/-","value":1}""", Failed),
        Patch("addition at -", """{"op":"add","path":"/ui/list/-","value":4}""", Accepted(200) with { BodyHas = "[1,2,3,4]" }),
        Patch("a test that fails", """{"op":"test","path":"/ui/theme","value":"light"}""", Refused(409, "test_failed")),
        Patch("a test of what is not there", """{"op":"test","path":"/ui/x","value":null}""", Refused(409, "test_failed")),
        Patch("a test that fails behind a change", """{"op":"add","path":"/ui/x","value":1},{"op":"test","path":"/ui/x","value":2}""", Refused(409, "test_failed")),
        Patch("a test of another spelling", """{"op":"test","path":"/ui/list","value":[1.0,2e0,3]}""", Accepted(200)),
        Patch("a bomb of copies", "{\"op\":\"add\",\"path\":\"/ui/b\",\"value\":[\"" + new string('x', 1000) + "\"]}," + string.Join(',', Enumerable.Range(0, 30).Select(_ => """{"op":"copy","from":"/ui/b","path":"/ui/c"},{"op":"move","from":"/ui/c","path":"/ui/b/-"},{"op":"copy","from":"/ui","path":"/d"},{"op":"move","from":"/d","path":"/ui/b/-"}""")), Refused(413, "too_large"),
            "size is exceeded before depth"),
        Patch("a wide bomb of copies", "{\"op\":\"add\",\"path\":\"/c0\",\"value\":{\"a\":\"" + new string('x', 100_000) + "\"}}," + string.Join(',', Enumerable.Range(0, 30).Select(i => $$"""{"op":"add","path":"/c{{i + 1}}","value":{} },{"op":"copy","from":"/c{{i}}","path":"/c{{i + 1}}/a"},{"op":"copy","from":"/c{{i}}","path":"/c{{i + 1}}/b"}""")), Refused(413, "too_large")),
        Patch("a bomb of depth", string.Join(',', Enumerable.Repeat("""{"op":"copy","from":"/ui","path":"/ui/d"}""", 100)), BadValue),
        Patch("no operation", """{"path":"/ui/x","value":1}""", BadValue),
        Patch("an unknown operation", """{"op":"frob","path":"/ui/x","value":1}""", BadValue),
        Patch("an operation in capitals", """{"op":"ADD","path":"/ui/x","value":1}""", BadValue),
        Patch("an unknown member", """{"op":"add","path":"/ui/x","value":1,"if":true}""", BadValue),
        Patch("no path", """{"op":"add","value":1}""", BadValue),
        Patch("a path that is a number", """{"op":"add","path":1,"value":1}""", BadValue),
        Patch("a path that is no pointer", """{"op":"add","path":"ui/x","value":1}""", BadValue),
        Patch("a path with a bad escape", """{"op":"add","path":"/ui/~2","value":1}""", BadValue),
        Patch("no value", """{"op":"add","path":"/ui/x"}""", BadValue),
        Patch("no value to test", """{"op":"test","path":"/ui/x"}""", BadValue),
        Patch("no from", """{"op":"move","path":"/ui/x"}""", BadValue),
        Patch("an operation that is no object", "1", BadValue),
        Patch("the whole becomes a scalar", """{"op":"replace","path":"","value":1}""", BadValue),
        Patch("the whole becomes null", """{"op":"add","path":"","value":null}""", BadValue),
        Patch("the whole is removed", """{"op":"remove","path":""}""", Failed),
        Patch("a collection becomes a scalar", """{"op":"replace","path":"/ui","value":1}""", BadValue),
        Patch("a collection becomes an array", """{"op":"add","path":"/x","value":[]}""", BadValue),
        Patch("a scalar moves up to a collection", """{"op":"move","from":"/ui/theme","path":"/x"}""", BadValue),
        Patch("a value of 5 MiB of copies", "{\"op\":\"add\",\"path\":\"/ui/a\",\"value\":\"" + new string('x', 1_500_000) + "\"},{\"op\":\"copy\",\"from\":\"/ui/a\",\"path\":\"/ui/b\"},{\"op\":\"copy\",\"from\":\"/ui/a\",\"path\":\"/ui/c\"}", Refused(413, "too_large"), "the result's size counts"),
        new(63, "a JSON patch that is an object", Send.JsonPatch("user/$doc?version=1", "{}"), BadValue),
        new(63, "a JSON patch that is null", Send.JsonPatch("user/$doc?version=1", "null"), BadValue),
        new(63, "a JSON patch without effect", Send.JsonPatch("user/$doc?version=1", "[]"), Accepted(200)),
        Merge("a scalar", "1", BadValue),
        Merge("null", "null", BadValue),
        Merge("an array", "[]", BadValue),
        Merge("a collection becomes a scalar", """{"ui":1}""", BadValue),
        Merge("a collection becomes an array", """{"ui":[]}""", BadValue),
        Merge("a new collection is a text", """{"x":"y"}""", BadValue),
        Merge("what is not there is removed", """{"x":null,"ui":{"x":null}}""", Accepted(200) with { BodyHas = "\"dark\"" }),
        Merge("null inside a new value goes", """{"ui":{"x":{"a":null,"b":1}}}""", Accepted(200) with { BodyHas = "{\"b\":1}" }),
        new(63, "a collection's merge patch is an array", Send.MergePatch("user/$doc/ui?version=1", "[]"), BadValue),
        new(63, "a collection's merge patch is null", Send.MergePatch("user/$doc/ui?version=1", "null"), BadValue),
        new(63, "a merge patch of an absent collection", Send.MergePatch("user/$doc/x?version=1", "{}"), Refused(404, "not_found")),
        new(63, "a merge patch of an absent document", Send.MergePatch("user/$new?version=1", "{}"), Refused(404, "not_found")),
        new(63, "a stale patch", Send.MergePatch("user/$doc?version=7", "{}"), Refused(409, "version_conflict")),
        new(63, "a patch that does not fit, without a version", Send.JsonPatch("user/$doc", """[{"op":"remove","path":"/ui/x"}]"""), Refused(428, "version_required"), "what does not fit is told last"),
    ];

    private static Case Patch(string name, string operations, Expect expect, string? why = null) =>
        new(63, $"JSON patch: {name}", Send.JsonPatch("user/$doc?version=1", $"[{operations}]"), expect, why);

    private static Case Merge(string name, string patch, Expect expect) =>
        new(63, $"merge patch: {name}", Send.MergePatch("user/$doc?version=1&shape=object", patch), expect);
}
