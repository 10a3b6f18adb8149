using PropsDb.Events.Apps;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Runtime;
using Wolverine.Runtime.Handlers;

namespace PropsDb.Host.Expiring;

/// <summary>What is done when a message says that something has expired.</summary>
public sealed class ExpiryHandler(ExpiryRecorder recorder, TimeProvider time) : MessageHandler<Expiry>, IWolverineExtension
{
    public void Configure(WolverineOptions options)
    {
        options.AddMessageHandler(this);
        options.PublishMessage<Expiry>().ToLocalQueue("expiries").UseDurableInbox();
        options.MetadataRules.Add(new ExpiryMessages.Identity());
    }

    public override void ConfigureChain(HandlerChain chain) =>
        chain.OnAnyException().ScheduleRetryIndefinitely(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5));

    protected override async Task HandleAsync(Expiry message, MessageContext context, CancellationToken cancellation)
    {
        // Messages wait by the machine's own clock; what has expired is told by the service's.
        var left = message.At - time.GetUtcNow();
        if (left > TimeSpan.Zero) await context.ReScheduleAsync(TimeProvider.System.GetUtcNow() + left);
        else await recorder.Record(message, cancellation);
    }
}
