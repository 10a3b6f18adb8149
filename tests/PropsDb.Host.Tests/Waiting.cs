namespace PropsDb.Host.Tests;

/// <summary>How long a test waits for what comes by itself, and is bounded by nothing else.</summary>
internal static class Waiting
{
    /// <summary>Nothing takes so long: it has not come. Machines that have much else to do are waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
}
