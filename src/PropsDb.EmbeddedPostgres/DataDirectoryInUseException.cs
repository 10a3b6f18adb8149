namespace PropsDb.EmbeddedPostgres;

/// <summary>Another host owns the data directory.</summary>
public sealed class DataDirectoryInUseException(string directory, int? owner) : Exception(
    owner is null
        ? $"The data directory {directory} is in use by another process."
        : $"The data directory {directory} is in use by process {owner}.")
{
    public int? OwnerProcessId { get; } = owner;
}
