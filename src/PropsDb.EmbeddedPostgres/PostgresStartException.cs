namespace PropsDb.EmbeddedPostgres;

/// <summary>There is a PostgreSQL, but it did not start; the message ends with the last lines of its log.</summary>
public sealed class PostgresStartException(string message, Exception? inner = null) : Exception(message, inner);
