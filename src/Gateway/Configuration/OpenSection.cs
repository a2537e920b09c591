namespace Gateway.Configuration;

/// <summary>
/// A section that others than the gates read, such as Kestrel: not read strictly, but described, so
/// that editors can help with it.
/// </summary>
/// <param name="Key">The section's key at the root.</param>
/// <param name="Shape">A record whose properties are the keys worth telling; others are allowed beside them.</param>
public sealed record OpenSection(string Key, Type Shape);
