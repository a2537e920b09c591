using Gateway.Configuration.Schema;
using Gateway.Tests.Architecture;
using Gateway.Tests.Support;

namespace Gateway.Tests.Configuration.Schema;

/// <summary>The copy of the schema that editors read is what <c>gateway schema</c> prints.</summary>
public sealed class SchemaCopyTests
{
    [Fact]
    public void Copy_InTheRepository_IsWhatTheCommandPrints()
    {
        YarpDocumentation.IsNeeded();
        var copy = File.ReadAllText(Path.Combine(ArrowTests.Source(), "appsettings.schema.json"));

        Assert.True(House.Get<ConfigurationSchema>().Write() == copy,
            "The settings and the copy of their schema differ; 'dotnet run --project src/Gateway -- schema > src/Gateway/appsettings.schema.json' renews it.");
    }

    [Fact]
    public void Copy_OfTheBuild_LiesBesideTheExecutable() =>
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, "appsettings.schema.json")));
}
