using System.Text.Json;

namespace Gateway.Refusals;

/// <summary>
/// What a gate saw at the moment when it refused: numbers as they were, put into words only when
/// somebody asks. Immutable.
/// </summary>
internal interface ISeen
{
    /// <summary>Writes one property, named after what was seen.</summary>
    void Write(Utf8JsonWriter json);
}
