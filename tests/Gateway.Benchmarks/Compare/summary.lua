-- What wrk counted, on one line: requests, microseconds, failures.
function done(summary)
  local errors = summary.errors
  io.write(string.format("summary %d %d %d\n", summary.requests, summary.duration,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
