namespace PropsDb.Projections.Search;

/// <summary>The search index does not include what a reader asked for, or was never complete.</summary>
public sealed class IndexBehindException() : Exception("The search index is behind.");
