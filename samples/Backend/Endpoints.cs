namespace Backend;

/// <summary>What the backend answers to.</summary>
internal static class Endpoints
{
    public const int MaxMilliseconds = 600_000;
    public const int MaxEvents = 100_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.Map("/echo", EchoEndpoint.HandleAsync);
        routes.MapPost("/take/{**what}", TakeAsync);
        routes.Map("/status/{code}", Status);
        routes.Map("/slow", SlowAsync);
        routes.Map("/bytes/{n}", StreamEndpoints.BytesAsync);
        routes.Map("/sse", StreamEndpoints.Events);
        routes.Map("/trailers", StreamEndpoints.TrailersAsync);
        routes.Map("/ws", WebSocketEndpoint.HandleAsync);
        routes.MapGrpcService<EchoService>();
        routes.Map("/{**path}", (BackendState state) => Results.Text(state.Name + "\n"));
    }

    public static IResult OutOfRange(string name, long min, long max) =>
        Results.Text($"{name} takes a number from {min} to {max}\n", statusCode: StatusCodes.Status400BadRequest);

    private static IResult Status(int code, BackendState state) => code switch
    {
        < StatusCodes.Status200OK or > 599 => OutOfRange("code", StatusCodes.Status200OK, 599),
        // These have no body by definition (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5).
        StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified => Results.StatusCode(code),
        _ => Results.Text($"{code} from {state.Name}\n", statusCode: code),
    };

    private static async Task<IResult> TakeAsync(HttpRequest request, BackendState state)
    {
        await request.Body.CopyToAsync(Stream.Null, request.HttpContext.RequestAborted);
        return Results.Text(state.Name + "\n");
    }

    private static async Task<IResult> SlowAsync(BackendState state, CancellationToken aborted, int ms = 1000)
    {
        if (ms is < 0 or > MaxMilliseconds)
            return OutOfRange(nameof(ms), 0, MaxMilliseconds);
        await Task.Delay(TimeSpan.FromMilliseconds(ms), state.Time, aborted);
        return Results.Text(state.Name + "\n");
    }
}
