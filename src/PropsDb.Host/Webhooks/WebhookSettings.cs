using System.Net;

namespace PropsDb.Host.Webhooks;

/// <summary>What the operator has set about webhooks.</summary>
public sealed record WebhookSettings
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan DefaultGiveUpAfter = TimeSpan.FromHours(24);
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Networks that deliveries may go to although they are not public.</summary>
    public IReadOnlyList<IPNetwork> Allow { get; init; } = [];

    /// <summary>How long a receiver has to answer one delivery, from the connection on.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>How long a delivery is tried again.</summary>
    public TimeSpan GiveUpAfter { get; init; } = DefaultGiveUpAfter;
}
