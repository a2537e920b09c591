namespace QuickStart;

/// <summary>What to try, with the ports and process ids of this session.</summary>
internal static class Guide
{
    public static void Print(GatewayAddress address, IReadOnlyList<Backend> backends)
    {
        var first = backends[0];
        var traffic = address.Traffic;
        Console.WriteLine($"""

            The gateway is ready on {traffic} in front of {string.Join(" and ", backends.Select(backend => $"{backend.Name} ({backend.Address})"))}.
            In another terminal, try:

              Balancing: the two take turns
                for i in 1 2 3 4; do curl -s {traffic}; done

              Rate limiting: 100 requests a second for all together, the others get 429
                curl -s -o /dev/null -w '%{"{http_code}"}\n' "{traffic}?[1-300]" | sort | uniq -c

              A backend dies: all requests go to the other one
                kill -9 {first.ProcessId}
                for i in 1 2 3 4; do curl -s {traffic}; done

              And comes back: type {first.Number} and Enter here (a number stops or starts that backend), or
                {BuildOutput.DotNet} {BuildOutput.Backend} --port {first.Port} --name {first.Name}

              Metrics and health
                curl -s {address.Management}metrics | grep ^gateway_
                curl -s {address.Management}health/ready

            Ctrl+C ends everything.

            """);
    }
}
