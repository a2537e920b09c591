using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;

namespace QuickStart;

/// <summary>The command line.</summary>
internal static class QuickStartCommand
{
    public static RootCommand Create()
    {
        var gatewayPort = PortOption("--gateway-port", "Port for the gateway's traffic [default: the configuration's, 8080]");
        var managementPort = PortOption("--management-port", "Port for the gateway's management [default: the configuration's, 9090]");
        var backendPorts = new Option<int[]>("--backend-ports")
        {
            Description = "Ports for the two backends",
            HelpName = "port,port",
            CustomParser = ParseBackendPorts,
            DefaultValueFactory = _ => [9001, 9002],
        };

        var command = new RootCommand("Starts two backends and the gateway, and tells what to try with them.")
        {
            gatewayPort, managementPort, backendPorts,
        };
        command.SetAction(parsed => RunAsync(new QuickStartOptions
        {
            GatewayPort = parsed.GetValue(gatewayPort),
            ManagementPort = parsed.GetValue(managementPort),
            BackendPorts = parsed.GetRequiredValue(backendPorts),
        }));
        return command;
    }

    private static async Task<int> RunAsync(QuickStartOptions options)
    {
        try
        {
            await new Session(options).RunAsync();
            return 0;
        }
        catch (QuickStartException error)
        {
            await Console.Error.WriteLineAsync($"quickstart: {error.Message}");
            return 1;
        }
    }

    private static Option<int?> PortOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "port",
        CustomParser = result =>
        {
            if (TryParsePort(result.Tokens[0].Value, out var port))
                return port;
            result.AddError($"{name} takes a number from 1 to {IPEndPoint.MaxPort}.");
            return null;
        },
    };

    private static int[] ParseBackendPorts(ArgumentResult result)
    {
        if (result.Tokens is [var token]
            && token.Value.Split(',') is [var first, var second]
            && TryParsePort(first, out var one)
            && TryParsePort(second, out var two)
            && one != two)
        {
            return [one, two];
        }

        result.AddError($"--backend-ports takes two different numbers from 1 to {IPEndPoint.MaxPort}, like 9001,9002.");
        return [];
    }

    private static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= IPEndPoint.MaxPort;
}
