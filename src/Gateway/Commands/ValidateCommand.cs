using Gateway.Configuration;

namespace Gateway.Commands;

/// <summary><c>gateway validate</c>.</summary>
internal static class ValidateCommand
{
    public static async Task<int> Run(GatewayOptions options, Func<GatewayOptions, WebApplication> build)
    {
        try
        {
            await using var app = build(options);
            await Console.Out.WriteLineAsync($"{options.ConfigFile} is valid.");
            return 0;
        }
        catch (InvalidConfigurationException invalid)
        {
            return await Complaint.PrintAsync(invalid.Faults);
        }
        catch (Exception error) when (Complaint.IsOfUser(error))
        {
            return await Complaint.PrintAsync(error);
        }
    }
}
