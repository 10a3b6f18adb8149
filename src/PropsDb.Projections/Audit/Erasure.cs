using System.Text.Json;

namespace PropsDb.Projections.Audit;

public static class Erasure
{
    /// <summary>The number in its stream of the event that an erasure speaks of; null for any other event.</summary>
    internal static long? NumberOf(AuditedEvent recorded)
    {
        if (recorded.Action != "value_erased") return null;
        using var data = JsonDocument.Parse(recorded.Data);
        return data.RootElement.GetProperty("number").GetInt64();
    }
}
