using System.CommandLine;
using System.Net;
using System.Net.Sockets;

namespace Backend;

/// <summary>The command line.</summary>
internal static class BackendCommand
{
    private const int MaxDrain = 60_000;

    /// <summary>How long a stop may take: what is in flight, and then itself.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromMilliseconds(MaxDrain + 5_000);

    public static RootCommand Create()
    {
        var port = PortOption<int>("--port", "Port for HTTP/1.1; 0 takes any free one");
        port.DefaultValueFactory = _ => 9001;
        var grpcPort = PortOption<int?>("--grpc-port", "Port for gRPC and other HTTP/2 without TLS; 0 takes any free one");
        var controlPort = PortOption<int?>("--control-port", "Port that answers /_control only, also while the others refuse; 0 takes any free one");
        var name = new Option<string?>("--name") { Description = "What it calls itself [default: backend-PORT]" };
        var slowStart = DurationOption("--slow-start", "Milliseconds after the start in which nothing is answered", Endpoints.MaxMilliseconds);
        var drain = DurationOption("--drain", "Milliseconds that requests in flight may take to end when it is told to stop", MaxDrain);
        var journal = new Option<string?>("--journal")
        {
            Description = "File that gets a line when a request with an X-Request-Id was read and when it was answered",
            HelpName = "file",
        };
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

        var command = new RootCommand("A small backend to play and test with.")
        {
            port, grpcPort, controlPort, name, host, slowStart, drain, journal,
        };
        command.SetAction((parsed, stop) => RunAsync(
            new BackendOptions
            {
                Host = parsed.GetRequiredValue(host),
                Port = parsed.GetValue(port),
                GrpcPort = parsed.GetValue(grpcPort),
                ControlPort = parsed.GetValue(controlPort),
                Name = parsed.GetValue(name),
                SlowStart = TimeSpan.FromMilliseconds(parsed.GetValue(slowStart)),
                Drain = TimeSpan.FromMilliseconds(parsed.GetValue(drain)),
                Journal = parsed.GetValue(journal),
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

    private static Option<int> DurationOption(string name, string description, int max)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "ms" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var value) && value >= 0 && value <= max))
                result.AddError($"{name} takes a number from 0 to {max}.");
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
            if (options.Drain > TimeSpan.Zero)
                await server.DrainAsync(options.Drain);
            return 0;
        }
        catch (SocketException error)
        {
            await Console.Error.WriteLineAsync($"backend: cannot listen on {options.Host}, port {Ports(options)}: {error.Message}");
            return 1;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"backend: {error.Message}");
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
