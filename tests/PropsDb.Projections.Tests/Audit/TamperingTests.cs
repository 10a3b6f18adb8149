using PropsDb.Projections.Audit;

namespace PropsDb.Projections.Tests.Audit;

/// <summary>What the owner of the database does behind the service's back, and what the verification says of it.</summary>
public sealed class TamperingTests : IAsyncLifetime
{
    private const string Events = "propsdb.mt_events";
    private readonly AuditFixture _store = new();
    private ChainHead _head = null!;

    // document_created, collection_set and then four times property_set: six events, one position each.
    public async ValueTask InitializeAsync()
    {
        await _store.InitializeAsync();
        for (var version = 0; version < 5; version++) await _store.Set(StoreFixture.Key("d"), "/ui/theme", $"\"v{version}\"", version);
        _head = await _store.Head();
        _head.Seq.ShouldBe(6);
        (await _store.Verify(_head)).ShouldBe(new AuditFinding(6, null));
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private Task<long> Position(int seq) => _store.Scalar<long>($"select position from propsdb.audit_entry where seq = {seq}");

    private async Task<AuditFault?> After(params string[] sql)
    {
        foreach (var statement in sql) await _store.Execute(statement);
        return (await _store.Verify()).FirstBad;
    }

    public static TheoryData<string> Alterations { get; } =
    [
        "data = jsonb_set(data, '{value}', '\"1\"')", "data = jsonb_set(data, '{path}', '\"/ui/other\"')", "data = data || '{\"x\": 1}'", "data = data - 'previous'",
        "user_name = 'mallory'", "user_name = null", "timestamp = timestamp - interval '1 microsecond'", "type = 'property_deleted'", "version = 99",
        "stream_id = gen_random_uuid()", "headers = '{\"device\": \"another\"}'", "causation_id = 'x'", "correlation_id = 'x'",
    ];

    [Theory]
    [MemberData(nameof(Alterations))]
    public async Task An_altered_event_is_named(string change) =>
        (await After("alter table propsdb.mt_events drop constraint if exists fkey_mt_events_stream_id_tenant_id cascade", $"update {Events} set {change} where seq_id = {await Position(4)}"))
            .ShouldBe(new AuditFault(4, "altered"));

    [Fact]
    public async Task The_last_event_removed_is_named() => (await After($"delete from {Events} where seq_id = {await Position(6)}")).ShouldBe(new AuditFault(6, "removed"));

    [Fact]
    public async Task An_event_removed_from_the_middle_is_named() => (await After($"delete from {Events} where seq_id = {await Position(3)}")).ShouldBe(new AuditFault(3, "removed"));

    [Fact]
    public async Task Two_events_in_each_others_place_are_named() =>
        (await After(await Swap("seq_id"))).ShouldBe(new AuditFault(3, "reordered"));

    [Fact]
    public async Task Two_events_with_each_others_content_are_named() =>
        (await After(await Swap("data"))).ShouldBe(new AuditFault(3, "altered"));

    [Fact]
    public async Task Events_swapped_together_with_their_entries_are_named() =>
        (await After(await Swap("seq_id"), $"""
            update propsdb.audit_entry a set position = (select e.seq_id from {Events} e where e.id = a.event_id) + 1000;
            update propsdb.audit_entry set position = position - 1000
            """)).ShouldBe(new AuditFault(4, "reordered"));

    [Fact]
    public async Task An_event_put_in_between_is_named() =>
        (await After($"update {Events} set seq_id = seq_id + 1000 where seq_id >= {await Position(3)}", "update propsdb.audit_entry set position = position + 1000 where seq >= 3",
            $"insert into {Events} (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, user_name) select seq_id + 1, gen_random_uuid(), stream_id, 99, data, type, timestamp, tenant_id, mt_dotnet_type, user_name from {Events} where seq_id = {await Position(2)}"))
            .ShouldBe(new AuditFault(3, "added"));

    [Fact]
    public async Task A_chain_with_an_entry_taken_out_is_named() => (await After("delete from propsdb.audit_entry where seq = 4")).ShouldBe(new AuditFault(4, "removed"));

    [Fact]
    public async Task An_erasure_that_nothing_records_is_named()
    {
        await using (var digests = _store.Source.CreateCommand("update propsdb.audit_entry set salt = null, parts = $1::jsonb where seq = 4"))
        {
            var entry = (await _store.Entries())[3];
            var digest = entry.Digests.Of(0, "\"v2\""u8);
            digests.Parameters.Add(new() { Value = $$"""[{"salt":null,"digest":"{{Convert.ToBase64String(digest)}}"}]""" });
            await digests.ExecuteNonQueryAsync();
        }
        (await After($"update {Events} set data = jsonb_set(data, '{{value}}', '\"null\"') where seq_id = {await Position(4)}")).ShouldBe(new AuditFault(4, "unrecorded"));
    }

    [Fact]
    public async Task A_chain_rewritten_as_a_whole_is_told_by_a_head_that_was_kept()
    {
        await _store.Projector.DisposeAsync();
        await _store.Execute($"update {Events} set user_name = 'mallory' where seq_id = {await Position(3)}; delete from propsdb.audit_entry");
        await using var again = _store.StartProjector(_store.Queue);
        (await _store.Head()).Seq.ShouldBe(6);
        (await _store.Verify()).ShouldBe(new AuditFinding(6, null));
        (await _store.Verify(_head)).FirstBad.ShouldBe(new AuditFault(6, "rewritten"));
    }

    [Fact]
    public async Task A_chain_cut_off_at_its_end_is_told_by_a_head_that_was_kept()
    {
        await _store.Execute($"delete from {Events} where seq_id = {await Position(6)}; delete from propsdb.audit_entry where seq = 6");
        (await _store.Verify()).ShouldBe(new AuditFinding(5, null));
        (await _store.Verify(_head)).FirstBad.ShouldBe(new AuditFault(6, "removed"));
    }

    private async Task<string> Swap(string column)
    {
        var (third, fourth) = (await Position(3), await Position(4));
        return column == "seq_id"
            ? $"update {Events} set seq_id = -1 where seq_id = {third}; update {Events} set seq_id = {third} where seq_id = {fourth}; update {Events} set seq_id = {fourth} where seq_id = -1"
            : $"update {Events} e set {column} = o.{column} from {Events} o where e.seq_id in ({third}, {fourth}) and o.seq_id = {third} + {fourth} - e.seq_id";
    }
}
