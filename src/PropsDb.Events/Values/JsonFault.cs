namespace PropsDb.Events.Values;

/// <summary>Why a JSON text or one of its values is refused.</summary>
/// <param name="Code"><c>invalid_json</c>, <c>invalid_value</c> or <c>too_large</c>, as on the wire.</param>
/// <param name="Offset">Byte offset of the fault in the text.</param>
public sealed record JsonFault(string Code, string Detail, int Line = 0, int Column = 0, int Offset = 0)
{
    public static JsonFault Json(string detail) => new("invalid_json", detail);
    public static JsonFault Value(string detail) => new("invalid_value", detail);
}
