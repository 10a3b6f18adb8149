using System.Text;
using Npgsql;

namespace PropsDb.Host.Tests.Access;

/// <summary>All that is in a database's tables, as text: what whoever steals a copy can read.</summary>
internal static class Dump
{
    public static async Task<string> Of(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        List<string> tables = [];
        await using (var command = source.CreateCommand("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"))
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        tables.ShouldContain("propsdb.mt_events");
        tables.ShouldContain("propsdb.receipt");
        var text = new StringBuilder();
        foreach (var table in tables)
        {
            await using var command = source.CreateCommand($"SELECT t::text FROM {table} t");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) text.AppendLine(reader.GetString(0));
        }
        // Binary columns are shown in hexadecimal; a text in them would hide there.
        return text.ToString();
    }
}
