using QuickStart;

var parsed = QuickStartCommand.Create().Parse(args);
// Signals stop the processes in order, which takes as long as the gateway drains.
var exitCode = await parsed.InvokeAsync(new() { ProcessTerminationTimeout = null });
return parsed.Errors.Count > 0 ? 2 : exitCode;
