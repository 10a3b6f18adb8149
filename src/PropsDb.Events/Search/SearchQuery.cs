using PropsDb.Events.Values;

namespace PropsDb.Events.Search;

/// <summary>What a search asks for: every term holds.</summary>
public sealed record SearchQuery(IReadOnlyList<SearchTerm> Terms);

/// <param name="IsNegated">The term must not hold.</param>
public abstract record SearchTerm(bool IsNegated)
{
    /// <summary>These words stand one after the other in a name or in one text.</summary>
    public sealed record Phrase(IReadOnlyList<string> Words, bool IsNegated) : SearchTerm(IsNegated);

    /// <summary>A property of this name is there.</summary>
    public sealed record Has(string Property, bool IsNegated) : SearchTerm(IsNegated);

    /// <summary>A property of this name has these words in a text of its value, or is this scalar, or has it among its items.</summary>
    /// <param name="Scalar">What the words mean as JSON, where they are a number, true, false or null.</param>
    public sealed record Says(string Property, IReadOnlyList<string> Words, JsonValue? Scalar, bool IsNegated) : SearchTerm(IsNegated);

    /// <summary>A property of this name, or an item of its list, compares so with a number or a text.</summary>
    public sealed record Compares(string Property, Comparison Comparison, JsonValue Operand, bool IsNegated) : SearchTerm(IsNegated);
}

/// <summary>What is wrong with a search's text, and at which character, counted from 1.</summary>
public sealed record SearchFault(int Column, string Detail);
