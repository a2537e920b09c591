# Reads lines of "round name requests microseconds failures ticks lines" and prints a table (json=0) or JSON (json=1).
# Needs: base (the name that the ratios refer to), hertz (clock ticks a second), settings (JSON members).

function sort(values, count,    i, j, value) {
  for (i = 2; i <= count; i++) {
    value = values[i]
    for (j = i - 1; j >= 1 && values[j] > value; j--) values[j + 1] = values[j]
    values[j + 1] = value
  }
}

function median(count) {
  sort(sample, count)
  return count % 2 ? sample[(count + 1) / 2] : (sample[count / 2] + sample[count / 2 + 1]) / 2
}

{
  if (!($2 in failures)) names[++proxies] = $2
  if ($1 > rounds) rounds = $1
  cpu[$2, $1] = $3 ? $6 / hertz * 1e6 / $3 : 0
  rate[$2, $1] = $4 ? $3 / $4 * 1e6 : 0
  requests[$2] += $3
  failures[$2] += $5
  lines[$2] += $7
}

END {
  if (json) printf "{ %s,\n  \"proxies\": [\n", settings
  else printf "%-20s %12s %12s %8s %15s %8s %8s\n", "proxy", "CPU us/req", "requests/s", "ratio", "lowest-highest", "failed", "logged"
  for (p = 1; p <= proxies; p++) {
    name = names[p]
    for (r = 1; r <= rounds; r++) sample[r] = cpu[name, r]
    time = median(rounds)
    for (r = 1; r <= rounds; r++) sample[r] = rate[name, r]
    speed = median(rounds)
    for (r = 1; r <= rounds; r++) sample[r] = cpu[base, r] ? cpu[name, r] / cpu[base, r] : 0
    ratio = median(rounds)
    logged = requests[name] ? lines[name] / requests[name] : 0
    if (json)
      printf "    { \"name\": \"%s\", \"cpuMicrosecondsPerRequest\": %.2f, \"requestsPerSecond\": %.0f, \"ratio\": %.4f, \"lowestRatio\": %.4f, \"highestRatio\": %.4f, \"failed\": %d, \"logLinesPerRequest\": %.4f }%s\n",
        name, time, speed, ratio, sample[1], sample[rounds], failures[name], logged, p < proxies ? "," : ""
    else
      printf "%-20s %12.1f %12.0f %8.3f %15s %8d %7.1f%%\n",
        name, time, speed, ratio, sprintf("%.3f-%.3f", sample[1], sample[rounds]), failures[name], logged * 100
  }
  if (json) print "  ]\n}"
}
