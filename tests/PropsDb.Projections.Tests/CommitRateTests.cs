using Microsoft.Extensions.Time.Testing;

namespace PropsDb.Projections.Tests;

public sealed class CommitRateTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CommitRate _rate;

    public CommitRateTests() => _rate = new CommitRate(_time);

    [Fact]
    public void The_pace_is_that_of_the_last_moments()
    {
        Commit(1_000, everyMilliseconds: 1, times: 1_000);
        _rate.PerSecond.ShouldBe(1_000_000, tolerance: 10_000);
        Commit(1, everyMilliseconds: 1, times: 1_000);
        _rate.PerSecond.ShouldBe(1_000, tolerance: 10);
    }

    [Fact]
    public void A_pause_ends_it()
    {
        Commit(10, everyMilliseconds: 1, times: 1_000);
        _time.Advance(TimeSpan.FromSeconds(1));
        _rate.PerSecond.ShouldBe(0);
    }

    [Fact]
    public void What_was_counted_before_a_pause_is_no_part_of_the_pace_after_it()
    {
        Commit(10, everyMilliseconds: 1, times: 400);
        _time.Advance(TimeSpan.FromMilliseconds(700));
        Commit(300, everyMilliseconds: 1, times: 1);
        _rate.PerSecond.ShouldBe(0);
        Commit(1, everyMilliseconds: 1, times: 1_000);
        _rate.PerSecond.ShouldBe(1_000, tolerance: 10);
    }

    private void Commit(int commits, int everyMilliseconds, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(everyMilliseconds));
            _rate.Count(commits);
        }
    }
}
