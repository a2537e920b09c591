using Microsoft.AspNetCore.Connections.Features;

namespace Backend;

/// <summary>What every request of the traffic ports passes first: it is counted, then meets the misbehaviour.</summary>
internal sealed class Intake(BackendState state, RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers["X-Backend"] = state.Name;
        if (context.Request.Path.StartsWithSegments(ControlEndpoints.Prefix))
        {
            await next(context);
            return;
        }

        if (!state.Connections.TryBeginRequest(context))
        {
            context.Abort();
            return;
        }

        state.Counters.RequestStarted();
        state.Journal?.Note(context);
        try
        {
            await MeetMisbehaviourAsync(context);
        }
        finally
        {
            state.Counters.RequestEnded();
        }
    }

    private async Task MeetMisbehaviourAsync(HttpContext context)
    {
        if (state.Misbehaviour.TakeReset())
        {
            Reset(context);
            return;
        }

        await state.Started.WaitAsync(context.RequestAborted);
        await state.Misbehaviour.Released.WaitAsync(context.RequestAborted);
        if (state.Misbehaviour.TakeFailure() is { } status)
        {
            await Results.Text($"{state.Name} fails as told\n", statusCode: status).ExecuteAsync(context);
            return;
        }

        await next(context);
    }

    private static void Reset(HttpContext context)
    {
        // Kestrel closes politely even when it aborts; only a close without lingering makes the kernel send RST.
        context.Features.Get<IConnectionSocketFeature>()?.Socket.Close(timeout: 0);
        context.Abort();
    }
}
