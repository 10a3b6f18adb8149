using System.Collections.Immutable;

namespace PropsDb.Events.Apps.Operations;

/// <summary>Describes a role.</summary>
public sealed record DefineRole(string Role, string? Description) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at) =>
        app.Roles.TryGetValue(Role, out var old) && old == Description ? Ruling.NoChange : new RoleDefined(Role, Description);
}

public sealed record RemoveRole(string Role) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at) => app.Roles.ContainsKey(Role) ? new RoleRemoved(Role) : NotFound;
}

/// <summary>Says which roles a plan grants.</summary>
public sealed record DefinePlan(string Plan, ImmutableArray<string> GrantedRoles) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at) =>
        app.Plans.TryGetValue(Plan, out var old) && old.SequenceEqual(GrantedRoles) ? Ruling.NoChange : new PlanDefined(Plan, GrantedRoles);
}

public sealed record RemovePlan(string Plan) : AppOperation
{
    public override Ruling Decide(App app, DateTimeOffset at) => app.Plans.ContainsKey(Plan) ? new PlanRemoved(Plan) : NotFound;
}

public sealed record AssignRole(string Member, string Role, DateTimeOffset? ExpiresAt) : AppOperation
{
    public override string? User => Member;

    public override Ruling Decide(App app, DateTimeOffset at)
    {
        if (ExpiresAt <= at) return InvalidExpiry("/expires_at");
        // One that has expired and is assigned again is assigned anew, whether or not its end was recorded.
        return app.User(Member).Roles.TryGetValue(Role, out var until) && until == ExpiresAt ? Ruling.NoChange : new RoleAssigned(Member, Role, ExpiresAt);
    }
}

public sealed record RevokeRole(string Member, string Role) : AppOperation
{
    public override string? User => Member;

    public override Ruling Decide(App app, DateTimeOffset at) =>
        app.User(Member).Roles.TryGetValue(Role, out var until) && (until is null || at < until) ? new RoleRevoked(Member, Role) : NotFound;
}

/// <summary>Records that a role has ended, if it has.</summary>
public sealed record ExpireRole(string Member, string Role) : AppOperation
{
    public override string? User => Member;

    public override Ruling Decide(App app, DateTimeOffset at) =>
        app.User(Member).Roles.TryGetValue(Role, out var until) && until <= at ? new RoleExpired(Member, Role) : Ruling.NoChange;
}
