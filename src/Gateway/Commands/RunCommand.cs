using Gateway.Configuration;
using Gateway.Draining;

namespace Gateway.Commands;

/// <summary><c>gateway run</c>.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(GatewayOptions options, Func<GatewayOptions, WebApplication> build, Action<WebApplication> pipe)
    {
        try
        {
            var app = build(options);
            await using (app)
            {
                var drain = app.Services.GetRequiredService<DrainState>();
                pipe(app);
                await app.StartAsync();
                await app.WaitForShutdownAsync();
                return drain.Cut > 0 ? 1 : 0;
            }
        }
        catch (InvalidConfigurationException invalid)
        {
            return await Complaint.PrintAsync(invalid.Faults);
        }
        catch (Exception error) when (Complaint.IsOfUser(error))
        {
            // A port that is taken, a certificate that cannot be read: what the operator can mend, in a sentence.
            return await Complaint.PrintAsync(error);
        }
    }
}
