namespace PropsDb.Projections.Tests;

public sealed class NodeLockTests(StoreFixture store) : IClassFixture<StoreFixture>
{
    [Fact]
    public async Task A_node_alone_shares_with_nobody_and_nodes_of_a_cluster_share_among_themselves()
    {
        await using (var alone = await Take(isCluster: false))
        {
            alone.ShouldNotBeNull();
            (await Take(isCluster: false)).ShouldBeNull();
            (await Take(isCluster: true)).ShouldBeNull();
        }
        await using var first = await Take(isCluster: true);
        await using var second = await Take(isCluster: true);
        first.ShouldNotBeNull();
        second.ShouldNotBeNull();
        (await Take(isCluster: false)).ShouldBeNull();
    }

    private Task<NodeLock?> Take(bool isCluster) => NodeLock.Take(store.Source, isCluster, TimeSpan.Zero, TimeProvider.System, CancellationToken.None);
}
