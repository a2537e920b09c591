using System.Text;
using System.Text.Json;
using Gateway.Management;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Management;

public sealed class ManagementAnswerTests : IDisposable
{
    private readonly DefaultHttpContext _context = new();
    private readonly MemoryStream _body = new();

    public ManagementAnswerTests() => _context.Response.Body = _body;

    public void Dispose() => _body.Dispose();

    [Fact]
    public async Task AnswerThatFailsOnTheWay_LeavesNothingBeforeTheProblem()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => ManagementAnswer.WriteJsonAsync(_context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("half", new string('x', 100_000));
            throw new InvalidOperationException("broken");
        }));

        await ManagementAnswer.WriteProblemAsync(_context, 500, "Internal error", "d");

        Assert.Equal("Internal error", JsonDocument.Parse(Encoding.UTF8.GetString(_body.ToArray())).RootElement.GetProperty("title").GetString());
    }

    [Fact]
    public async Task Answer_OfManySegments_IsWhole()
    {
        await ManagementAnswer.WriteJsonAsync(_context, 200, json =>
        {
            json.WriteStartArray();
            for (var i = 0; i < 100_000; i++)
                json.WriteNumberValue(i);
            json.WriteEndArray();
        });

        Assert.Equal(Enumerable.Range(0, 100_000), JsonSerializer.Deserialize<int[]>(_body.ToArray())!);
    }
}
