namespace QuickStart;

/// <summary>The one place that writes, so that lines of several processes stay whole.</summary>
internal static class Output
{
    private const int NameWidth = 10;

    public static void PassOn(string name, string line) => Console.WriteLine($"{name,-NameWidth}| {line}");

    public static void Say(string text) => Console.WriteLine($"{"quickstart",-NameWidth}| {text}");
}
