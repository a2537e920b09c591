namespace QuickStart;

/// <summary>Something that the user should read and can act on.</summary>
internal sealed class QuickStartException(string message) : Exception(message);
