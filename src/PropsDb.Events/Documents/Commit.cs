namespace PropsDb.Events.Documents;

/// <summary>Who wrote what is in one document version, and when. Shared by everything that the commit touched.</summary>
/// <param name="Version">The document version that the commit made; 0 stands for what no commit has touched yet.</param>
public sealed record Commit(long Version, DateTimeOffset At, string By, string? Device = null, string? Message = null)
{
    public static Commit None { get; } = new(0, default, "");
}
