namespace Gateway.Configuration;

/// <summary>
/// Judges, from one look at the configuration's files to the next, whether a save is done. A file that is just being
/// written differs from one look to the next; but so does one that is saved over and over, and that must not put off
/// every save until the last one. So the longer a change waits to be taken up, the shorter a rest of the files will do.
/// </summary>
/// <param name="first">What the files said at the first look.</param>
internal sealed class SaveObserver(ConfigurationText first)
{
    /// <summary>The looks that have to agree with the one before them.</summary>
    private const int Steady = 1;

    /// <summary>What is no JSON may be the first half of a save; it is given a second before it is told to be a fault.</summary>
    internal const int SurelyDone = 10;

    /// <summary>The looks, half a second, after which they follow each other faster.</summary>
    internal const int Hurried = 5;

    /// <summary>The looks, another half second, after which two readings in a row that agree are enough.</summary>
    internal const int Pressed = Hurried + 25;

    private ConfigurationText? _considered;
    private int _unchanged;
    private int _waiting;
    private bool _reread;

    /// <summary>What the files said at the last look.</summary>
    public ConfigurationText Text { get; private set; } = first;

    /// <summary>Whether the next look is to come sooner: something waits, and it changed since the last one.</summary>
    public bool IsHurried => _waiting >= Hurried && _unchanged < Steady;

    /// <summary>What the files say is asked for: it is done as soon as two quick looks agree, changed or not.</summary>
    public void Reread() => (_reread, _waiting) = (true, Math.Max(_waiting, Hurried));

    /// <summary>Takes in what the files say now.</summary>
    /// <param name="text">What was read.</param>
    /// <param name="again">Reads once more.</param>
    /// <returns>Whether it is to be considered: as a whole save, or as what has been no JSON for so long that it will not become one.</returns>
    public bool IsDone(ConfigurationText text, Func<ConfigurationText> again)
    {
        _unchanged = text == Text ? _unchanged + 1 : 0;
        Text = text;
        if (!_reread && text == _considered)
        {
            _waiting = 0;
            return false;
        }
        _waiting++;
        if (_unchanged >= SurelyDone)
            return true;
        var rests = _unchanged >= Steady || (_waiting > Pressed && again() == text);
        return rests && text.IsJson;
    }

    /// <summary>What was seen last is considered now.</summary>
    /// <returns>Whether it was asked for.</returns>
    public bool Considered()
    {
        var reread = _reread;
        (_considered, _waiting, _reread) = (Text, 0, false);
        return reread;
    }
}
