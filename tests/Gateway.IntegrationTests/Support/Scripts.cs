namespace Gateway.IntegrationTests.Support;

/// <summary>What scripted backends do most often.</summary>
internal static class Scripts
{
    /// <summary>Answers every request.</summary>
    public static Func<ScriptedConnection, Task> Serve(string body = "ok") => connection => connection.ServeAsync(body);

    /// <summary>Reads a request and closes the connection before a byte of a response.</summary>
    public static async Task CloseUnanswered(ScriptedConnection connection) => await connection.ReadRequestAsync();

    /// <summary>Reads a request's head and resets the connection.</summary>
    public static async Task ResetUnanswered(ScriptedConnection connection)
    {
        await connection.ReadHeadAsync();
        connection.Reset();
    }

    /// <summary>Reads a request and says nothing until the other side gives up.</summary>
    public static async Task StaySilent(ScriptedConnection connection)
    {
        await connection.ReadRequestAsync();
        await connection.WaitForCloseAsync();
    }

    /// <summary>Answers each request when <paramref name="release"/> is open.</summary>
    public static Func<ScriptedConnection, Task> Hold(SyncPoint release, string body = "ok") => async connection =>
    {
        while (await connection.ReadRequestAsync() is not null)
        {
            await release.PassAsync(connection.Stopping);
            await connection.AnswerAsync(body);
        }
    };
}
