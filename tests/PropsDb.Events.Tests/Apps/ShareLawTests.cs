namespace PropsDb.Events.Tests;

/// <summary>Who has which share of a document: the document's own state and the app's copy in memory never differ.</summary>
public sealed class ShareLawTests
{
    private static readonly string[] s_users = ["bob", "carol", "dave"];
    private static readonly DateTimeOffset s_start = DateTimeOffset.Parse("2026-11-22T12:00:00Z");

    private sealed record Step(string Text, Func<DateTimeOffset, Operation> Operation);

    private static Gen<Step> Any { get; } = Gen.OneOf(
        Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.Int[0, 8], (user, write, minutes) => new Step($"share {s_users[user]} {write} {minutes}",
            at => new ShareDocument(Key, s_users[user], true, write, false, minutes == 0 ? null : at.AddMinutes(minutes), at))),
        Gen.Int[0, 2].Select(user => new Step($"revoke {s_users[user]}", at => new RevokeShare(s_users[user], at))),
        Gen.Int[0, 2].Select(user => new Step($"expire {s_users[user]}", at => new ExpireShare(s_users[user], at))),
        Gen.Int[0, 3].Select(value => new Step($"set {value}", _ => Set("/ui/size", value.ToString(System.Globalization.CultureInfo.InvariantCulture)))),
        Gen.Const(new Step("delete", _ => Delete())),
        Gen.Const(new Step("restore", _ => Restore())),
        Gen.Const(new Step("create", _ => Create())));

    [Fact]
    public void The_directory_s_shares_are_the_document_s() => Any.Array[0, 40].Sample(steps =>
    {
        var (document, app, at) = (Document.Unborn, App.WithDefaultTiers(Key.App, "Jam"), s_start);
        foreach (var step in steps)
        {
            at = at.AddMinutes(1);
            var operation = step.Operation(at);
            // As a writer on the version that is there would.
            var precondition = operation.NeedsVersion ? At(document.Exists ? document.Version : 0) : Precondition.None;
            if (new Write(Key, operation, precondition).Decide(document, null, Limits.Default) is not Decision.Accepted accepted) continue;
            foreach (var e in accepted.Events)
            {
                document = Document.Evolve(document, e, new Commit(e.Version, at, "alice"));
                app = App.Evolve(app, Key.StreamId, e, at, "alice");
            }
            foreach (var then in new[] { at, at.AddMinutes(3), at.AddMinutes(8) })
                foreach (var user in s_users)
                    app.ShareOf(Key.StreamId, user, then).ShouldBe(
                        document.Exists && document.Shares.TryGetValue(user, out var share) && share.IsActive(then) ? share : null, $"{user} after {step.Text}");
        }
    }, iter: 2_000, print: steps => string.Join('\n', steps.Select(s => s.Text)));
}
