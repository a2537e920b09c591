namespace Gateway.Edge;

/// <summary>
/// Continues a request on the thread that saw the backend's bytes arrive, in place of handing it to the
/// thread pool: of each request's time a good tenth goes into that hand-over. Requests themselves begin
/// on the pool, as Kestrel has it: so no processor idles while another has several of them before it.
/// </summary>
/// <remarks>
/// The price is that whoever occupies such a thread keeps other connections waiting. So nothing on
/// the request's way blocks, and streams that always have data give way now and then (<see cref="Telemetry.Fairness"/>).
/// </remarks>
internal static class InlineSockets
{
    private const string Switch = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Called before the first socket is made: .NET reads the switch then, once. What an operator has set stays.</summary>
    public static void Prefer()
    {
        if (Environment.GetEnvironmentVariable(Switch) is null)
            Environment.SetEnvironmentVariable(Switch, "1");
    }
}
