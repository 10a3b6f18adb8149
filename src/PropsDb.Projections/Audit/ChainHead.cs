using Npgsql;

namespace PropsDb.Projections.Audit;

/// <summary>The newest entry of an app's chain; before the first, number 0 and a hash of zeros.</summary>
public sealed record ChainHead(long Seq, byte[] Hash)
{
    public static ChainHead Empty { get; } = new(0, new byte[32]);

    internal static async Task<ChainHead> Of(string app, NpgsqlDataSource source, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"SELECT seq, hash FROM {AuditTables.Entry} WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1");
        command.Parameters.Add(new() { Value = app });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? new ChainHead(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)) : Empty;
    }
}
