using PropsDb.Events.Apps;
using PropsDb.Events.Apps.Operations;
using PropsDb.Events.Operations;
using PropsDb.Events.Values;
using PropsDb.Projections;

namespace PropsDb.Host.Expiring;

/// <summary>Makes a lasting fact of an end that the clock has brought already. What was renewed, revoked or recorded before leaves no trace.</summary>
public sealed class ExpiryRecorder(AppDirectory directory, AppStreams apps, DocumentStreams documents, TimeProvider time)
{
    private static readonly Author s_service = new("service");

    public async Task Record(Expiry expiry, CancellationToken cancel)
    {
        if (expiry.Role is { } role) await apps.Transact(expiry.App, new ExpireRole(expiry.User, role), s_service, cancel);
        else if (expiry.Subscription is { } subscription) await apps.Transact(expiry.App, new ExpireSubscription(expiry.User, subscription), s_service, cancel);
        else if (directory.Find(expiry.App)?.Shared.GetValueOrDefault(expiry.Document!.Value) is { } shared)
        {
            var write = new Write(new DocumentKey(expiry.App, shared.Tier, shared.Owner, shared.Name), new ExpireShare(expiry.User, time.GetUtcNow()), Precondition.None);
            await documents.Transact(write, s_service, new WriteOptions(), cancel);
        }
    }
}
