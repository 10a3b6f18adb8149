using System.Security.Cryptography;
using System.Text.Json;
using PropsDb.Events.Apps;
using Wolverine;

namespace PropsDb.Host.Expiring;

/// <summary>The messages that wait for the instants of expiries.</summary>
public static class ExpiryMessages
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ExpiryRecorder>().AddSingleton<IWolverineExtension, ExpiryHandler>();
        services.AddHostedService<ExpirySchedule>();
    }

    /// <summary>The id of an expiry's message: the same whoever schedules it, so that what has its message is known by it.</summary>
    public static Guid Id(Expiry expiry) => new(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(expiry)).AsSpan(..16));

    /// <summary>Gives every message of an expiry that id.</summary>
    internal sealed class Identity : IEnvelopeRule
    {
        public void Modify(Envelope envelope)
        {
            if (envelope.Message is Expiry expiry) envelope.Id = Id(expiry);
        }
    }
}
