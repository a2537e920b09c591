using System.Reflection;
using System.Runtime.InteropServices;

namespace Gateway.Commands;

/// <summary>
/// The process's signals, from the program's first line to its last: whatever it is at, one always meets a
/// handler, and never .NET's own, which knows of no drain.
/// </summary>
/// <remarks>Never disposed of: a signal may come as late as the process's last moment. What starts this program inside a process of its own, as tests do, keeps that process's signals.</remarks>
internal sealed class ProcessSignals
{
    // What a shell reports of a program that a signal ended.
    private const int EndedBySignal = 128;

    private static readonly PosixSignal[] Handled = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP];

    private readonly Lock _lock = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private Action<PosixSignal>? _handler;
    private PosixSignal? _early;

    private ProcessSignals()
    {
    }

    /// <summary>Holds signals back until it is known what is to become of them.</summary>
    public static ProcessSignals Hold()
    {
        var signals = new ProcessSignals();
        if (Assembly.GetEntryAssembly() == typeof(ProcessSignals).Assembly)
            signals._registrations.AddRange(Handled.Select(signal => PosixSignalRegistration.Create(signal, signals.OnSignal)));
        return signals;
    }

    /// <summary>From now on a signal to stop ends the process at once, with success: nothing is there that could be drained.</summary>
    public void ExitOnStop() => Handle(static signal =>
    {
        // What is read a moment later is what the files say then.
        if (signal != PosixSignal.SIGHUP)
            Environment.Exit(0);
    });

    /// <summary>Hands signals to <paramref name="handler"/> from now on. One that was held back comes first.</summary>
    public void Handle(Action<PosixSignal> handler)
    {
        PosixSignal? early;
        lock (_lock)
        {
            _handler = handler;
            (early, _early) = (_early, null);
        }
        if (early is { } signal)
            handler(signal);
    }

    /// <summary>Leaves signals to the system again; one that was held back ends the process now, as it would have then.</summary>
    public void Release()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _registrations.Clear();
        if (_early is { } signal)
            Environment.Exit(EndedBySignal + NumberOf(signal));
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        Action<PosixSignal>? handler;
        lock (_lock)
        {
            handler = _handler;
            if (handler is null && context.Signal != PosixSignal.SIGHUP)
                _early ??= context.Signal;
        }
        handler?.Invoke(context.Signal);
    }

    // The same on every Unix.
    private static int NumberOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGQUIT => 3,
        _ => 15,
    };
}
