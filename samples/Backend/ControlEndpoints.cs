namespace Backend;

/// <summary>The misbehaviour over HTTP.</summary>
internal static class ControlEndpoints
{
    public const string Prefix = "/_control";

    /// <summary>Without <paramref name="server"/> none can refuse: closing the port that asks would cut off the answer.</summary>
    public static void Map(IEndpointRouteBuilder routes, BackendState state, BackendServer? server)
    {
        var control = routes.MapGroup(Prefix);
        control.MapPost("/fail", (int next, int status = StatusCodes.Status503ServiceUnavailable) =>
            InRange(nameof(next), next, 0, Misbehaviour.MaxCount)
            ?? InRange(nameof(status), status, Misbehaviour.MinStatus, Misbehaviour.MaxStatus)
            ?? Done(() => state.Misbehaviour.FailNext(next, status)));
        control.MapPost("/reset", (int next) =>
            InRange(nameof(next), next, 0, Misbehaviour.MaxCount) ?? Done(() => state.Misbehaviour.ResetNext(next)));
        control.MapPost("/hang", (bool on) => Done(() => state.Misbehaviour.SetHang(on)));
        control.MapPost("/drop", (bool on) => Done(() => state.Connections.SetDrop(on)));
        control.MapPost("/close-idle", (int within) =>
            InRange(nameof(within), within, 0, Endpoints.MaxMilliseconds) ?? Done(() => state.Connections.CloseIdleWithin = within));
        control.MapPost("/refuse", async (bool on) =>
        {
            if (server is null)
                return Results.Text("refuse works on the control port only, see --control-port\n", statusCode: StatusCodes.Status409Conflict);
            await server.SetRefuseAsync(on);
            return Results.NoContent();
        });
        control.MapGet("/state", () => new
        {
            state.Name,
            state.Counters.Requests,
            state.Counters.Connections,
            state.Counters.InFlight,
            state.Counters.PeakInFlight,
        });
        control.Map("/{**unknown}", () => Results.NotFound());
    }

    private static IResult? InRange(string name, int value, int min, int max) =>
        value < min || value > max ? Endpoints.OutOfRange(name, min, max) : null;

    private static IResult Done(Action change)
    {
        change();
        return Results.NoContent();
    }
}
