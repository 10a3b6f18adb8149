using System.Globalization;
using PropsDb.Events.Apps;
using PropsDb.Host.Access;
using PropsDb.Host.Http;
using PropsDb.Host.Ops;

namespace PropsDb.Host.Changes;

/// <summary>
/// Counts the connections of each user and app, from before their first byte to their end. It stands before the hub, so that also who never
/// says a word there has a place, and one alone.
/// </summary>
public sealed class LiveDoor(Settings settings, TimeProvider time)
{
    /// <summary>How long the place of a connection stays taken that was cut for what it sent: who comes back at once, comes back seldom.</summary>
    public static readonly TimeSpan Penalty = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);

    /// <summary>What one connection takes up.</summary>
    public sealed class Place(IReadOnlyList<string> counters)
    {
        internal IReadOnlyList<string> Counters { get; } = counters;

        /// <summary>The client sent what no client sends.</summary>
        public bool IsAbused { get; set; }
    }

    public async Task Enter(HttpContext http, RequestDelegate next)
    {
        var caller = await Callers.Of(http);
        if (!caller.IsSignedIn) throw AccessGate.Unauthenticated();
        // Who could not connect is told so when they ask how.
        var isOnlyAsking = http.Features.Get<Address>()?.Api?.Count > 1;
        // The framework would take a first message by POST, ahead of the socket.
        if (!isOnlyAsking && !Cors.IsWebSocket(http)) throw new ProblemException(Problem.NotFound("The hub is for WebSockets alone."));
        if (Take(caller, isOnlyAsking) is not { } place) throw new ProblemException(Full());
        if (isOnlyAsking)
        {
            await next(http);
            return;
        }
        http.Features.Set(place);
        try
        {
            await next(http);
        }
        finally
        {
            if (place.IsAbused) LeaveLater(place);
            else Leave(place);
        }
    }

    private Place? Take(Caller caller, bool isOnlyAsking)
    {
        // Who belongs to no app can follow nothing, but has a place all the same.
        IReadOnlyCollection<string> apps = caller.Apps.IsEmpty ? [""] : caller.Apps;
        lock (_lock)
        {
            foreach (var app in apps)
                if (Taken(app) >= settings.Live.ConnectionsPerApp || (caller.Key is null && Taken(UserIn(app)) >= settings.Live.ConnectionsPerUser)) return null;
            // The same id in two apps is two users.
            var place = new Place([.. apps.SelectMany(app => caller.Key is null ? [app, UserIn(app)] : new[] { app })]);
            if (!isOnlyAsking) foreach (var counter in place.Counters) _taken[counter] = Taken(counter) + 1;
            return place;
        }

        int Taken(string counter) => _taken.GetValueOrDefault(counter);

        string UserIn(string app) => $"{app}\n{caller.UserId}";
    }

    private void LeaveLater(Place place)
    {
        ITimer? timer = null;
        timer = time.CreateTimer(_ =>
        {
            Leave(place);
            timer?.Dispose();
        }, null, Penalty, Timeout.InfiniteTimeSpan);
    }

    private void Leave(Place place)
    {
        lock (_lock)
        {
            foreach (var counter in place.Counters)
                if (--_taken[counter] == 0) _taken.Remove(counter);
        }
    }

    private static Problem Full() => new("rate_limited", "The user or the app has as many connections as it may have.")
    {
        Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Retry-After"] = Penalty.TotalSeconds.ToString(CultureInfo.InvariantCulture) },
    };
}
