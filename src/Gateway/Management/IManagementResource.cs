namespace Gateway.Management;

/// <summary>Something that the management endpoint serves, at its path and below. Asked with GET and HEAD only.</summary>
internal interface IManagementResource
{
    /// <summary>The path, such as <c>/api/decisions</c>.</summary>
    string Path { get; }

    /// <summary>Answers a request.</summary>
    /// <param name="context">The request, whose answer is not to be stored by anybody already.</param>
    /// <param name="rest">What stands behind the path and its slash; empty when nothing does.</param>
    Task AnswerAsync(HttpContext context, string rest);
}
