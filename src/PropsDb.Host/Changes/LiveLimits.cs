namespace PropsDb.Host.Changes;

/// <summary>How much of one node's hub anyone may take.</summary>
/// <param name="SubscriptionsPerConnection">What one connection follows at a time.</param>
/// <param name="ConnectionsPerUser">Open connections of one user of an app. A backend's key is no user.</param>
/// <param name="ConnectionsPerApp">Open connections of an app's users and keys.</param>
public sealed record LiveLimits(int SubscriptionsPerConnection = 200, int ConnectionsPerUser = 20, int ConnectionsPerApp = 2_000);
