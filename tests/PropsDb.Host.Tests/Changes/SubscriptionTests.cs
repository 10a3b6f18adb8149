using Microsoft.Extensions.DependencyInjection;
using PropsDb.Events.Apps;
using PropsDb.Events.Values;
using PropsDb.Host.Changes;
using PropsDb.Projections;
using Subscription = PropsDb.Host.Changes.Subscription;

namespace PropsDb.Host.Tests.Changes;

/// <summary>What one follower may be told, asked by its reader and by who looks after those that sleep.</summary>
public sealed class SubscriptionTests(PropsDbServer server)
{
    [Fact]
    public async Task It_may_be_asked_from_two_sides_at_once()
    {
        const int Documents = 60;
        var (alice, bob) = (server.NewUser(), server.NewUser());
        for (var i = 0; i < Documents; i++)
        {
            await alice.Post($"user/d{i}", """{"collections":{}}""");
            (await alice.Post($"user/d{i}/_share", $$"""{"user_id":"{{bob.User}}","can_read":true}""")).Status.ShouldBe(201);
        }
        var caller = new Caller(bob.User, ["default"], [], null);
        Subscription? subscription = null;
        for (var round = 0; round < 200; round++)
        {
            var made = subscription = new Subscription(
                server.Services.GetRequiredService<AppDirectory>(), server.Services.GetRequiredService<TimeProvider>(), () => caller, new Followed("default", "user", null, null, PropertyPath.Document));
            var reading = Task.Run(() =>
            {
                for (var i = 0; i < Documents; i++) made.MayBeShown(new DocumentKey("default", "user", alice.User, $"d{i}")).ShouldBeTrue();
            });
            while (!reading.IsCompleted) made.HasLeft().ShouldBeFalse();
            await reading;
        }
        (await alice.Delete($"user/d7/_share/{bob.User}")).Status.ShouldBe(204);
        subscription!.HasLeft().ShouldBeTrue();
        subscription.Left().ShouldHaveSingleItem().Name.ShouldBe("d7");
        subscription.HasLeft().ShouldBeFalse();
    }
}
