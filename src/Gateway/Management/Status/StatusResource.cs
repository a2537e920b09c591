namespace Gateway.Management.Status;

/// <summary><c>/api/status</c>: everything, as it is now.</summary>
internal sealed class StatusResource(StatusDocument document) : IManagementResource
{
    public string Path => "/api/status";

    public Task AnswerAsync(HttpContext context, string rest) => rest.Length > 0
        ? ManagementAnswer.NotFoundAsync(context)
        : ManagementAnswer.WriteJsonAsync(context, StatusCodes.Status200OK, document.Write);
}
