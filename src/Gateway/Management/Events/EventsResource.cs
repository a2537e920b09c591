using System.Buffers;
using Gateway.Management.Status;

namespace Gateway.Management.Events;

/// <summary><c>/api/events</c>: the whole status once, then what changed, as server-sent events.</summary>
internal sealed class EventsResource(EventListeners listeners, StatusDocument document) : IManagementResource
{
    public string Path => "/api/events";

    public async Task AnswerAsync(HttpContext context, string rest)
    {
        if (rest.Length > 0)
        {
            await ManagementAnswer.NotFoundAsync(context);
            return;
        }
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.ContentType = EventText.Type;
            return;
        }
        // Before the status is read: what changes from then on is told, if twice.
        if (listeners.Join(context.Abort) is not { } listener)
        {
            context.Response.Headers.RetryAfter = "10";
            await ManagementAnswer.WriteProblemAsync(context, StatusCodes.Status503ServiceUnavailable, "Too many listeners",
                $"At most {EventListeners.MostListeners} listen to events at once, and none while the gateway stops.");
            return;
        }
        try
        {
            await StreamAsync(context, listener);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Whoever listened has left, or took too long.
        }
        finally
        {
            listeners.Leave(listener);
        }
    }

    private async Task StreamAsync(HttpContext context, EventListener listener)
    {
        var gone = context.RequestAborted;
        var body = context.Response.BodyWriter;
        var (steps, status) = (document.Steps, ManagementAnswer.Text(document.Write));
        context.Response.ContentType = EventText.Type;
        body.Write(EventText.Retry);
        EventText.Begin(body, "status", steps);
        await ManagementAnswer.SendAsync(context, status);
        body.Write(EventText.End);
        await body.FlushAsync(gone);
        while (await listener.Events.WaitToReadAsync(gone))
        {
            while (listener.Events.TryRead(out var message))
                await body.WriteAsync(message, gone);
        }
    }
}
