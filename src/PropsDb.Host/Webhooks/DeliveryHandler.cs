using PropsDb.Projections.Webhooks;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Runtime;
using Wolverine.Runtime.Handlers;

namespace PropsDb.Host.Webhooks;

/// <summary>Changes of a document wait to be delivered to a webhook.</summary>
public sealed record DeliverDocument(string App, string Webhook, Guid Document);

/// <summary>
/// What is done when a message says so. The message stays in the database until nothing waits, so it outlives whoever is at work on it; one
/// that comes twice finds the delivery claimed, or made.
/// </summary>
public sealed class DeliveryHandler(Courier courier) : MessageHandler<DeliverDocument>, IWolverineExtension
{
    private const int AtOnce = 256;

    public void Configure(WolverineOptions options)
    {
        options.AddMessageHandler(this);
        options.PublishMessage<DeliverDocument>().ToLocalQueue("webhooks").UseDurableInbox().MaximumParallelMessages(AtOnce);
    }

    public override void ConfigureChain(HandlerChain chain) =>
        chain.OnAnyException().ScheduleRetryIndefinitely(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));

    protected override async Task HandleAsync(DeliverDocument message, MessageContext context, CancellationToken cancellation)
    {
        if (await courier.Deliver(new DeliveryQueue(message.App, message.Webhook, message.Document), cancellation) is not { } left) return;
        // A message of its own, stored before this one is done with: to be put off is a failure to Wolverine, which logs it as an error.
        // Messages wait by the machine's own clock; what is due is told by the service's.
        var next = new MessageBus(context.Runtime);
        await (left > TimeSpan.Zero ? next.ScheduleAsync(message, left) : next.PublishAsync(message));
    }
}
