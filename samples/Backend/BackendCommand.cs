using System.CommandLine;
using System.Net;
using System.Net.Sockets;

namespace Backend;

/// <summary>The command line.</summary>
internal static class BackendCommand
{
    public static RootCommand Create()
    {
        var port = PortOption<int>("--port", "Port for HTTP/1.1; 0 takes any free one");
        port.DefaultValueFactory = _ => 9001;
        var grpcPort = PortOption<int?>("--grpc-port", "Port for gRPC and other HTTP/2 without TLS; 0 takes any free one");
        var controlPort = PortOption<int?>("--control-port", "Port that answers /_control only, also while the others refuse; 0 takes any free one");
        var name = new Option<string?>("--name") { Description = "What it calls itself [default: backend-PORT]" };
        var host = new Option<string>("--host")
        {
            Description = "Address to listen on; * for all",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        host.Validators.Add(result =>
        {
            if (!HeldPort.TryParseHost(result.Tokens is [var token] ? token.Value : "127.0.0.1", out _))
                result.AddError("--host takes an IP address, localhost or *.");
        });

        var command = new RootCommand("A small backend to play and test with.") { port, grpcPort, controlPort, name, host };
        command.SetAction((parsed, stop) => RunAsync(
            new BackendOptions
            {
                Host = parsed.GetRequiredValue(host),
                Port = parsed.GetValue(port),
                GrpcPort = parsed.GetValue(grpcPort),
                ControlPort = parsed.GetValue(controlPort),
                Name = parsed.GetValue(name),
            },
            stop));
        return command;
    }

    private static Option<T> PortOption<T>(string name, string description)
    {
        var option = new Option<T>(name) { Description = description, HelpName = "port" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var port) && port is >= 0 and <= IPEndPoint.MaxPort))
                result.AddError($"{name} takes a number from 0 to {IPEndPoint.MaxPort}.");
        });
        return option;
    }

    private static async Task<int> RunAsync(BackendOptions options, CancellationToken stop)
    {
        try
        {
            await using var server = await BackendServer.StartAsync(options, stop);
            Announce(server, options.Host);
            await Task.Delay(Timeout.InfiniteTimeSpan, options.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }
        catch (SocketException error)
        {
            await Console.Error.WriteLineAsync($"backend: cannot listen on {options.Host}, port {Ports(options)}: {error.Message}");
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
    }

    private static void Announce(BackendServer server, string host)
    {
        var authority = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        Console.WriteLine($"{server.Name} listening on http://{authority}:{server.Port}");
        if (server.GrpcPort is { } grpc)
            Console.WriteLine($"{server.Name} listening for gRPC on http://{authority}:{grpc}");
        if (server.ControlPort is { } control)
            Console.WriteLine($"{server.Name} listening for control on http://{authority}:{control}");
    }

    private static string Ports(BackendOptions options) =>
        string.Join(" or ", new[] { options.Port, options.GrpcPort, options.ControlPort }.Where(port => port is > 0));
}
