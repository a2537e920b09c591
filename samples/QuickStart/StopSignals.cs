using System.Runtime.InteropServices;

namespace QuickStart;

/// <summary>What ends the session, and what ends it faster.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP])
            _registrations.Add(PosixSignalRegistration.Create(signal, Handle));
    }

    /// <summary>Raised by Ctrl+C when the session is ending already.</summary>
    public event Action? Impatient;

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        // Only Ctrl+C twice is a wish: a SIGTERM to a process group comes once more through `dotnet run`, which passes it on.
        if (_stop.IsCancellationRequested && context.Signal == PosixSignal.SIGINT)
            Impatient?.Invoke();
        else
            _stop.Cancel();
    }
}
