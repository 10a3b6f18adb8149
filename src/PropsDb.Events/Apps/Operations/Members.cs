namespace PropsDb.Events.Apps.Operations;

/// <summary>Records that a user came, if it is the first time.</summary>
public sealed record JoinUser(string Member) : AppOperation
{
    public override string? User => Member;

    public override Ruling Decide(App app, DateTimeOffset at) => app.User(Member).JoinedAt is null ? new UserJoined(Member) : Ruling.NoChange;
}

/// <summary>Lets a user in, or keeps them out of the app whatever their token says.</summary>
public sealed record SetUserActive(string Member, bool IsActive) : AppOperation
{
    public override string? User => Member;

    public override Ruling Decide(App app, DateTimeOffset at)
    {
        var user = app.User(Member);
        // Who was never seen and is named here is a member from now on.
        var joined = user.JoinedAt is null ? new AppEvent[] { new UserJoined(Member) } : [];
        return new(null, user.IsActive == IsActive ? [.. joined] : [.. joined, IsActive ? new UserActivated(Member) : new UserDeactivated(Member)]);
    }
}
