using System.Diagnostics.Metrics;

namespace Gateway.Tests.Support;

/// <summary>Makes meters and keeps what is measured on them.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly List<Meter> _meters = [];

    public TestMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (_meters.Contains(instrument.Meter))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>(Keep);
        _listener.SetMeasurementEventCallback<long>(Keep);
        _listener.SetMeasurementEventCallback<double>(Keep);
        _listener.Start();
    }

    /// <summary>What was measured, as <c>name{label=value} number</c>.</summary>
    public List<string> Measured { get; } = [];

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public bool Made(Meter meter) => _meters.Contains(meter);

    /// <summary>Asks the observable instruments and returns all that was measured so far.</summary>
    public IReadOnlyList<string> Observe()
    {
        _listener.RecordObservableInstruments();
        return Measured;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meters.ForEach(meter => meter.Dispose());
    }

    private void Keep<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var labels = string.Join(",", tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        Measured.Add(FormattableString.Invariant($"{instrument.Name}{{{labels}}} {value}"));
    }
}
