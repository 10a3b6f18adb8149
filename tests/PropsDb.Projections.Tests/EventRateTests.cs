using Microsoft.Extensions.Time.Testing;

namespace PropsDb.Projections.Tests;

public sealed class EventRateTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly EventRate _rate;

    public EventRateTests() => _rate = new EventRate(_time);

    [Fact]
    public void The_pace_is_that_of_the_last_moments()
    {
        Append(1_000, everyMilliseconds: 1, times: 1_000);
        _rate.PerSecond.ShouldBe(1_000_000, tolerance: 10_000);
        Append(1, everyMilliseconds: 1, times: 1_000);
        _rate.PerSecond.ShouldBe(1_000, tolerance: 10);
    }

    [Fact]
    public void A_pause_ends_it()
    {
        Append(10, everyMilliseconds: 1, times: 1_000);
        _time.Advance(TimeSpan.FromSeconds(1));
        _rate.PerSecond.ShouldBe(0);
    }

    [Fact]
    public void What_was_counted_before_a_pause_is_no_part_of_the_pace_after_it()
    {
        Append(10, everyMilliseconds: 1, times: 400);
        _time.Advance(TimeSpan.FromMilliseconds(700));
        Append(300, everyMilliseconds: 1, times: 1);
        _rate.PerSecond.ShouldBe(0);
        Append(1, everyMilliseconds: 1, times: 1_000);
        _rate.PerSecond.ShouldBe(1_000, tolerance: 10);
    }

    private void Append(int events, int everyMilliseconds, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(everyMilliseconds));
            _rate.Count(events);
        }
    }
}
