using System.CommandLine;
using Backend;

var parsed = BackendCommand.Create().Parse(args);
var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = BackendCommand.StopTimeout });
return parsed.Errors.Count > 0 ? 2 : exitCode;
