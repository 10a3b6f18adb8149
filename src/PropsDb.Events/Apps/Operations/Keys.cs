namespace PropsDb.Events.Apps.Operations;

public sealed record IssueKey(KeyIssued Issued) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at)
    {
        if (app.RevokedKeys.Contains(Issued.Key)) return Refuse("already_exists", "The key was issued, and revoked since.");
        if (!app.Keys.TryGetValue(Issued.Key, out var old)) return Issued;
        // Nobody draws the same id twice: the request is a repetition.
        return old.Hash == Issued.Hash && old.Name == Issued.Name && old.Scopes.SequenceEqual(Issued.Scopes)
            ? Ruling.NoChange : Refuse("idempotency_mismatch", "The key was used for another request.");
    }
}

public sealed record RevokeKey(string Key) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at) => app.Keys.ContainsKey(Key) ? new KeyRevoked(Key) : NotFound;
}
