using Gateway.Configuration;
using Gateway.Forwarding;
using Gateway.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Commands;

/// <summary><c>gateway explain</c>: sends a request through the gateway as it would run, to the point where a backend would hear of it.</summary>
internal static class ExplainCommand
{
    private const int NoRoute = 1;

    public static async Task<int> RunAsync(
        ConfigurationLayers layers, BuildGateway build, Action<WebApplication> pipe, ExplainedRequest request, bool asJson)
    {
        await using var app = build(layers, Rehearse);
        app.ApplyConfiguration();
        pipe(app);
        // The host would put this at the end of the pipeline when it starts; nothing starts here.
        app.UseEndpoints(static _ => { });
        var pipeline = ((IApplicationBuilder)app).Build();
        var explainer = app.Services.GetRequiredService<Explainer>();
        Explanation? explanation = null;
        var answer = await Rehearsal.RunAsync(app, request, async context => explanation = await explainer.ExplainAsync(context, pipeline));
        explanation ??= ExplainedByServer(request, answer!);
        await Console.Out.WriteLineAsync(asJson ? ExplanationJson.Write(explanation) : ExplanationText.Write(explanation));
        return explanation.Route is null ? NoRoute : 0;
    }

    private static void Rehearse(WebApplicationBuilder builder)
    {
        builder.Services.AddExplaining();
        builder.Services.AddSingleton<IForwarderHttpClientFactory, RecordingClientFactory>();
        // Standard output belongs to the explanation.
        builder.Logging.ClearProviders();
    }

    // Kestrel answers by itself what it cannot read; no gate and no route hears of such a request.
    private static Explanation ExplainedByServer(ExplainedRequest request, string answer)
    {
        var status = int.Parse(answer.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        var path = request.Target.Split('?')[0];
        return new()
        {
            Request = new(request.Method, request.Target, request.Encrypted ? "https" : "http", request.Host, path, request.Target[path.Length..], request.Client.ToString()),
            Outcome = "refused",
            Status = status,
            Refusal = new(status, answer[3..].Trim(), "server", "The server cannot read this request; no route is looked for."),
        };
    }
}
