using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace PropsDb.Projections.Search;

/// <summary>The parameters of one statement: whatever a client sent goes in as one of them, and never into the statement's text.</summary>
internal sealed class SqlParameters(NpgsqlParameterCollection parameters)
{
    /// <returns>How the statement refers to it.</returns>
    public string Add(NpgsqlDbType type, object value)
    {
        parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value });
        return "$" + parameters.Count.ToString(CultureInfo.InvariantCulture);
    }

    public string Text(string value) => Add(NpgsqlDbType.Text, value);

    public string Terms(IEnumerable<long> terms) => Add(NpgsqlDbType.Array | NpgsqlDbType.Bigint, terms.ToArray());
}
