using System.Text.Json;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Management;

/// <summary>The document describes what is answered: no property of an answer is missing in it, and none in it is missing from all answers.</summary>
public class OpenApiTests
{
    private static readonly string[] Types = ["object", "array", "string", "number", "integer", "boolean", "null"];

    [Fact]
    public async Task Document_AndRealAnswers_HaveTheSameProperties()
    {
        var release = new SyncPoint();
        using var dead = new RefusingPort();
        await using var failing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var holding = ScriptedBackend.Start(Scripts.Hold(release));
        var config = GatewayConfig.To(failing.Address, holding.Address).InOrder().Breaker(1).Permits(1).WithoutRetries().Probing()
            .Limit("Gateway:RateLimit:Global", 1000).Limit("Gateway:RateLimit:PerClient", 1000).Limit("ReverseProxy:Routes:limited:RateLimit", 1)
            .Route("limited", "/limited", "api").Route("dead", "/dead", "dead").Destinations("dead", dead.Address);
        await using var gateway = await GatewayFactory.StartAsync(config);
        var document = new Document(await gateway.ReadAsync("/api/openapi.json"));
        await gateway.Logs.WaitForAsync("is DOWN");
        gateway.Save(config.Set("Gateway:Nonsense", 1).ToString());
        await gateway.Logs.WaitForAsync("Configuration rejected");
        using var events = await EventReader.ConnectAsync(gateway);
        document.Check("Status", (await events.NextAsync())!.Value.Data);

        // A failed attempt that opens the circuit, a request that holds the one permit, a full pool, an empty bucket.
        (await gateway.GetAsync("/fails")).Dispose();
        var held = gateway.Client.GetAsync("/held", Bounds.Token);
        await release.WaitForArrivalsAsync(1);
        foreach (var path in new[] { "/full", "/limited", "/limited", "/dead" })
            (await gateway.GetAsync(path)).Dispose();
        document.Check("Status", await gateway.ReadAsync("/api/status"));
        await ReadEventsAsync(() => !document.Unseen("Delta").Exists(property => property.StartsWith("Delta.inFlight", StringComparison.Ordinal)));
        release.Open();
        (await held).Dispose();
        await ReadEventsAsync(() => document.Unseen("Delta").Count == 0 && document.Unseen("ClusterFacts").Count == 0);
        document.Check("Status", await gateway.ReadAsync("/api/status"));
        await CheckDecisionsAsync(gateway, document);

        Assert.Empty(document.Faults);
        Assert.Empty(document.UnseenAnywhere());

        Task ReadEventsAsync(Func<bool> done) => Eventually.TrueAsync(async () =>
        {
            var (name, data) = (await events.NextAsync())!.Value;
            document.Check(name == "delta" ? "Delta" : "Status", data);
            return done();
        }, "every property of a delta");
    }

    private static async Task CheckDecisionsAsync(GatewayFactory gateway, Document document)
    {
        const string TraceId = "0af7651916cd43dd8448eb211c80319c";
        await gateway.ReadAsync("/api/status");
        foreach (var path in new[] { "/dead", "/dead" })
            (await gateway.Client.SendAsync(HttpMethod.Get, path, ("traceparent", $"00-{TraceId}-b7ad6b7169203331-01"))).Dispose();
        document.Check("Decisions", await gateway.ReadAsync("/api/decisions"));
        document.Check("OneDecision", await gateway.ReadAsync($"/api/decisions/{TraceId}"));
        document.Check("Problem", await gateway.ReadAsync("/api/decisions?limit=0", status: 400));
        document.Check("Problem", await gateway.ReadAsync("/api/nothing", status: 404));
        // What only a route that was not found tells.
        await using var empty = await GatewayFactory.StartAsync(new GatewayConfig().Route("other", "/other", "api").Destinations("api", new Uri("http://127.0.0.1:9/")));
        (await empty.GetAsync("/x")).Dispose();
        var traceId = (await empty.ReadAsync("/api/decisions")).GetProperty("decisions")[0].Text("traceId");
        document.Check("OneDecision", await empty.ReadAsync($"/api/decisions/{traceId}"));
    }

    [Fact]
    public async Task Document_IsOpenApiOfTheVersionThatAnswersTell()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());

        var document = await gateway.ReadAsync("/api/openapi.json");

        Assert.Equal("3.1.0", document.Text("openapi"));
        var status = await gateway.ReadAsync("/api/status");
        Assert.StartsWith($"{status.Number("version")}.", document.Text("info.version"), StringComparison.Ordinal);
        Assert.Equal(["/api/decisions", "/api/decisions/{traceId}", "/api/events", "/api/openapi.json", "/api/status"],
            document.GetProperty("paths").EnumerateObject().Select(path => path.Name).Order());
    }

    // Of JSON Schema as much as the document uses: $ref, oneOf, type, enum, properties, required, items.
    private sealed class Document(JsonElement root)
    {
        private readonly HashSet<string> _seen = [];

        public SortedSet<string> Faults { get; } = [];

        public void Check(string schema, JsonElement answer) => Check(Schema(schema), schema, answer, schema);

        public List<string> Unseen(string schema) => [.. Properties(Schema(schema), schema).Where(property => !_seen.Contains(property))];

        public List<string> UnseenAnywhere() => [.. root.At("components.schemas").EnumerateObject().SelectMany(schema => Unseen(schema.Name))];

        private JsonElement Schema(string name) => root.At("components.schemas").GetProperty(name);

        private void Check(JsonElement schema, string name, JsonElement value, string at)
        {
            if (schema.TryGetProperty("$ref", out var reference))
            {
                var target = reference.GetString()!.Split('/')[^1];
                Check(Schema(target), target, value, at);
            }
            else if (schema.TryGetProperty("oneOf", out var either))
            {
                if (value.ValueKind != JsonValueKind.Null)
                    Check(either[0], name, value, at);
            }
            else
            {
                CheckOwn(schema, name, value, at);
            }
        }

        private void CheckOwn(JsonElement schema, string name, JsonElement value, string at)
        {
            var types = schema.GetProperty("type") is { ValueKind: JsonValueKind.Array } several ? several.EnumerateArray().Select(type => type.GetString()).ToList() : [schema.Text("type")];
            Assert.All(types, type => Assert.Contains(type, Types));
            if (!types.Any(type => IsOf(type!, value)))
                Faults.Add($"{at} is {value.ValueKind}");
            if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(one => one.ToString() == value.ToString()))
                Faults.Add($"{at} is {value}");
            if (value.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in value.EnumerateArray())
                    Check(schema.GetProperty("items"), name, item, $"{at}[]");
            }
            if (value.ValueKind == JsonValueKind.Object)
                CheckProperties(schema, name, value, at);
        }

        private void CheckProperties(JsonElement schema, string name, JsonElement value, string at)
        {
            var properties = schema.GetProperty("properties");
            foreach (var property in value.EnumerateObject())
            {
                if (!properties.TryGetProperty(property.Name, out var own))
                {
                    Faults.Add($"{at}.{property.Name} is not described");
                    continue;
                }
                _seen.Add($"{name}.{property.Name}");
                Check(own, $"{name}.{property.Name}", property.Value, $"{at}.{property.Name}");
            }
            foreach (var required in schema.GetProperty("required").EnumerateArray())
            {
                if (!value.TryGetProperty(required.GetString()!, out _))
                    Faults.Add($"{at}.{required.GetString()} is missing");
            }
        }

        // The properties of a schema and of those that are written within it; those that are referred to stand for themselves.
        private static IEnumerable<string> Properties(JsonElement schema, string name)
        {
            if (schema.TryGetProperty("items", out var items))
                return Properties(items, name);
            return schema.TryGetProperty("properties", out var properties)
                ? properties.EnumerateObject().SelectMany(property => Properties(property.Value, $"{name}.{property.Name}").Prepend($"{name}.{property.Name}")) : [];
        }

        private static bool IsOf(string type, JsonElement value) => type switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
            "number" => value.ValueKind == JsonValueKind.Number,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            _ => value.ValueKind == JsonValueKind.Null,
        };
    }
}
