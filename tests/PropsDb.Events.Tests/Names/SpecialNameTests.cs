namespace PropsDb.Events.Tests;

public sealed class SpecialNameTests
{
    [Theory]
    [InlineData("_")]
    [InlineData("_x")]
    [InlineData("__version")]
    [InlineData("_Über")]
    [InlineData("")]
    [InlineData("..")]
    public void A_document_does_not_begin_with_an_underscore(string name) => Values.Names.DocumentFault(name).ShouldNotBeNull();

    [Theory]
    [InlineData("x_")]
    [InlineData("-_x")]
    [InlineData("settings")]
    public void An_underscore_elsewhere_in_a_document_name_is_fine(string name) => Values.Names.DocumentFault(name).ShouldBeNull();

    [Fact]
    public void A_collection_is_not_named___version_but_a_property_may_be()
    {
        Values.Names.CollectionFault("__version").ShouldNotBeNull();
        Values.Names.CollectionFault("__Version").ShouldBeNull();
        Values.Names.CollectionFault("_version").ShouldBeNull();
        Values.Names.Fault("__version").ShouldBeNull();
        PropertyPath.TryCreate("ui", "__version", out _).ShouldBeNull();
        PropertyPath.TryCreate("__version", "a", out _).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("_id", true)]
    [InlineData("_history", true)]
    [InlineData("_a", true)]
    [InlineData("_", false)]
    [InlineData("__version", false)]
    [InlineData("_Id", false)]
    [InlineData("_id2", false)]
    [InlineData("_rolled-back", false)]
    [InlineData("_\u00e9", false)]
    [InlineData("id", false)]
    [InlineData("", false)]
    public void An_underscore_and_lower_case_letters_are_an_operation(string segment, bool isOperation) => Values.Names.IsOperation(segment).ShouldBe(isOperation);

    [Theory]
    [InlineData("a")]
    [InlineData("jam-build")]
    [InlineData("a0-")]
    [InlineData("default")]
    [InlineData("apis")]
    public void An_app_id_is_a_lower_case_letter_then_letters_digits_and_hyphens(string id) => Values.Names.IsAppId(id).ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("0a")]
    [InlineData("-a")]
    [InlineData("_apps")]
    [InlineData("a_b")]
    [InlineData("a.b")]
    [InlineData("a b")]
    [InlineData("aB")]
    [InlineData("a\n")]
    [InlineData("\u00e9")]
    [InlineData("a\u0661")]
    [InlineData("*")]
    [InlineData("role:admin")]
    [InlineData("api")]
    [InlineData("app")]
    [InlineData("user")]
    [InlineData("shared")]
    public void Other_app_ids_and_the_reserved_ones_are_refused(string id) => Values.Names.IsAppId(id).ShouldBeFalse();

    [Fact]
    public void App_ids_and_tiers_have_50_characters_at_the_most()
    {
        Values.Names.IsAppId("a" + new string('b', 49)).ShouldBeTrue();
        Values.Names.IsAppId("a" + new string('b', 50)).ShouldBeFalse();
        Values.Names.IsTier("a" + new string('b', 49)).ShouldBeTrue();
        Values.Names.IsTier("a" + new string('b', 50)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("app", true)]
    [InlineData("user", true)]
    [InlineData("shared", true)]
    [InlineData("api", true)]
    [InlineData("role:admin", true)]
    [InlineData("role:premium_user", true)]
    [InlineData("role:", false)]
    [InlineData("Role:admin", false)]
    [InlineData("role:a b", false)]
    [InlineData("role:a:b", false)]
    [InlineData("role:a\n", false)]
    [InlineData("tier:admin", false)]
    [InlineData("User", false)]
    [InlineData("a:b", false)]
    public void A_tier_is_named_like_an_app_or_role_and_a_role(string tier, bool isTier) => Values.Names.IsTier(tier).ShouldBe(isTier);

    [Fact]
    public void The_role_of_a_tier_is_what_follows_role_colon()
    {
        Values.Names.RoleOfTier("role:editor").ShouldBe("editor");
        Values.Names.RoleOfTier("editor").ShouldBeNull();
        Values.Names.RoleOfTier("role:").ShouldBeNull();
    }
}
