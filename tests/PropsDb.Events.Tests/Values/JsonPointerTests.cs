namespace PropsDb.Events.Tests;

public sealed class JsonPointerTests
{
    // RFC 6901, section 5.
    private const string Rfc = """{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}""";

    [Theory]
    [InlineData("", Rfc)]
    [InlineData("/foo", """["bar","baz"]""")]
    [InlineData("/foo/0", "\"bar\"")]
    [InlineData("/", "0")]
    [InlineData("/a~1b", "1")]
    [InlineData("/c%d", "2")]
    [InlineData("/e^f", "3")]
    [InlineData("/g|h", "4")]
    [InlineData("/i\\j", "5")]
    [InlineData("/k\"l", "6")]
    [InlineData("/ ", "7")]
    [InlineData("/m~0n", "8")]
    public void The_examples_of_RFC_6901_point_where_it_says(string pointer, string value) =>
        JsonEdit.At(Json(Rfc), Pointer(pointer))!.ToString().ShouldBe(value);

    [Theory]
    [InlineData("/foo/2")]
    [InlineData("/foo/-")]
    [InlineData("/foo/-1")]
    [InlineData("/foo/00")]
    [InlineData("/foo/01")]
    [InlineData("/foo/+1")]
    [InlineData("/foo/1.0")]
    [InlineData("/foo/ 1")]
    [InlineData("/foo/")]
    [InlineData("/foo/\u0661")]
    [InlineData("/foo/4294967296")]
    [InlineData("/foo/99999999999999999999")]
    [InlineData("/foo/bar")]
    [InlineData("/FOO")]
    [InlineData("//")]
    [InlineData("/a~1b/0")]
    [InlineData("/absent/0")]
    public void What_is_not_there_is_not_found(string pointer) => JsonEdit.At(Json(Rfc), Pointer(pointer)).ShouldBeNull();

    [Theory]
    [InlineData("foo")]
    [InlineData("foo/bar")]
    [InlineData(" /foo")]
    [InlineData("#/foo")]
    [InlineData("~0")]
    [InlineData("/~")]
    [InlineData("/a~")]
    [InlineData("/a~2b")]
    [InlineData("/~~")]
    [InlineData("/~/0")]
    [InlineData("/a/b~")]
    public void Other_texts_are_no_pointers(string text) => JsonPointer.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("/~01", "~1")]
    [InlineData("/~10", "/0")]
    [InlineData("/~0~1", "~/")]
    [InlineData("/~1~0", "/~")]
    [InlineData("/~00", "~0")]
    public void Escapes_are_read_once(string pointer, string token)
    {
        Pointer(pointer).Tokens.ShouldBe([token]);
        Pointer(pointer).ToString().ShouldBe(pointer);
    }

    [Fact]
    public void Any_tokens_survive_being_written_and_read() => Gen.OneOf("", "/", "~", "~0", "~1", "a", "é😀", "0", "-").Array[0, 5].Sample(tokens =>
    {
        var pointer = new JsonPointer([.. tokens]);
        Pointer(pointer.ToString()).ShouldBe(pointer);
        Pointer(pointer.ToString()).GetHashCode().ShouldBe(pointer.GetHashCode());
    }, iter: 2_000);

    [Fact]
    public void A_pointer_starts_with_the_whole_and_with_whole_tokens_only()
    {
        Pointer("/ab/c").StartsWith(JsonPointer.Root).ShouldBeTrue();
        Pointer("/ab/c").StartsWith(Pointer("/ab")).ShouldBeTrue();
        Pointer("/ab/c").StartsWith(Pointer("/ab/c")).ShouldBeTrue();
        Pointer("/ab/c").StartsWith(Pointer("/a")).ShouldBeFalse();
        Pointer("/ab").StartsWith(Pointer("/ab/c")).ShouldBeFalse();
    }
}
