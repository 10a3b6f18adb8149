namespace PropsDb.Events.Tests;

public sealed class UserIdTests
{
    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("auth0|5f7c8ec7c33c6c004bbafe82")]
    [InlineData("https://issuer.example/users/1")]
    [InlineData("user@example.com")]
    [InlineData("e\u0301")]
    [InlineData("_x")]
    [InlineData("..")]
    [InlineData("😀")]
    public void A_user_id_may_have_any_character_but_controls(string id) => Values.Names.IsUserId(id).ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    [InlineData("\u007f")]
    [InlineData("a\u0085")]
    public void An_empty_user_id_or_one_with_controls_is_refused(string id) => Values.Names.IsUserId(id).ShouldBeFalse();

    [Fact]
    public void A_user_id_has_255_characters_at_the_most()
    {
        Values.Names.IsUserId(new string('a', 255)).ShouldBeTrue();
        Values.Names.IsUserId(new string('a', 256)).ShouldBeFalse();
    }

    [Fact]
    public void Characters_of_a_user_id_are_counted_as_in_names()
    {
        Values.Names.IsUserId(string.Concat(Enumerable.Repeat("😀", 255))).ShouldBeTrue();
        Values.Names.IsUserId(string.Concat(Enumerable.Repeat("😀", 256))).ShouldBeFalse();
    }

    // Encoded to UTF-8 all lone surrogates become U+FFFD, so that such users would share one stream.
    [Fact]
    public void A_lone_surrogate_is_no_user_id()
    {
        foreach (var id in new[] { "\ud800", "a\udc00", "\udc00\ud800" }) Values.Names.IsUserId(id).ShouldBeFalse();
    }
}
