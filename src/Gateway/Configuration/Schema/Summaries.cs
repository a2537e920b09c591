using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Gateway.Configuration.Schema;

/// <summary>The summaries of types and their members as plain text, from the XML documentation that lies beside the assemblies.</summary>
/// <param name="folder">Where the assemblies lie.</param>
internal sealed partial class Summaries(string folder)
{
    private readonly Dictionary<Assembly, FrozenDictionary<string, string>> _byAssembly = [];

    /// <summary>The summary of a type, a property or a field; null where there is none, as for the types of .NET itself.</summary>
    public string? Of(MemberInfo member)
    {
        var assembly = member.Module.Assembly;
        if (!_byAssembly.TryGetValue(assembly, out var summaries))
            _byAssembly[assembly] = summaries = Load(Path.Combine(folder, $"{assembly.GetName().Name}.xml"));
        return summaries.GetValueOrDefault(IdOf(member));
    }

    /// <summary>The text of a documentation element, references by their last name.</summary>
    internal static string TextOf(XElement element) => Blank().Replace(string.Concat(element.Nodes().Select(Render)), " ").Trim();

    private static FrozenDictionary<string, string> Load(string file) => !File.Exists(file)
        ? FrozenDictionary<string, string>.Empty
        : XDocument.Load(file).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToFrozenDictionary(member => member.Attribute("name")!.Value, member => TextOf(member.Element("summary")!));

    private static string IdOf(MemberInfo member) => member switch
    {
        Type type => $"T:{NameOf(type)}",
        PropertyInfo => $"P:{NameOf(member.DeclaringType!)}.{member.Name}",
        _ => $"F:{NameOf(member.DeclaringType!)}.{member.Name}",
    };

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static string Render(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { IsEmpty: true } reference => Referenced(reference),
        XElement { Name.LocalName: "para" or "item" } paragraph => $" {string.Concat(paragraph.Nodes().Select(Render))} ",
        XElement element => string.Concat(element.Nodes().Select(Render)),
        _ => "",
    };

    // cref="P:Namespace.Type.Name" or "M:Namespace.Type.Name(Type)", langword, paramref's name, href.
    private static string Referenced(XElement reference) => reference.Attribute("cref") is { } cref
        ? LastName().Match(cref.Value).Groups["name"].Value
        : reference.FirstAttribute?.Value ?? " ";

    [GeneratedRegex(@"^(?:\w:)?(?:[\w`]+\.)*(?<name>\w+)")]
    private static partial Regex LastName();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
