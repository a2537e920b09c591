// The rows of destinations: made once, and patched where something changed.

/** Knows which rows are in the window or near it: with a thousand of them the others are left alone. */
const sight = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) target.inSight = isIntersecting;
  render();
}, { rootMargin: "50%" });

function destinationPlace({ cluster, id }) {
  return `destination/${encodeURIComponent(cluster)}/${encodeURIComponent(id)}`;
}

function createDestination(destination) {
  const row = copy("destination-template");
  row.root.id = destinationPlace(destination);
  setText(row.name, destination.id);
  sight.observe(row.root);
  return row;
}

function updateDestination(row, destination) {
  // Numbers that nobody sees can wait, a state that changes cannot.
  if (row.root.inSight === false && worstOf(row.shown) === worstOf(destination)) return;
  if (row.shown !== destination) {
    row.shown = destination;
    setText(row.address, destination.address);
    const health = healthOf(destination), circuit = circuitOf(destination);
    setMark(row.health, health.tone, health.word);
    setMark(row.circuit, circuit.tone, circuit.word);
    const { permits, streams, weight } = destination;
    setLevel(row.permits, permits.limit ? permits.inUse / permits.limit : 0, permitsTone(permits), permitsText(permits));
    setText(row.streams, streams.inUse ? `${permitsText(streams)} streams` : "");
    setText(row.weight, weight === 0 ? "0, takes none" : String(weight));
    setAttribute(row.root, "data-worst", worstOf(destination));
  }
  setTraffic(row, destination);
  updateAges(row);
}

/** What changes with time alone. */
function updateAges(row) {
  if (row.root.inSight === false) return;
  const { health, circuit, failures } = row.shown;
  const age = span((now() - Date.parse(health.since)) / 1000);
  const why = health.state === "down" && health.lastFailure ? `, ${health.lastFailure.reason}` : "";
  setText(row.since, health.state === "up" || health.state === "down" ? `for ${age}${why}` : "");
  const seconds = secondsToProbe(row.shown);
  const lastFailure = failures.at(-1);
  if (seconds !== null && circuit.state === "open") setText(row.probe, seconds > 0 ? `probe in ${Math.ceil(seconds)} s` : "the next request is the probe");
  else if (circuit.state === "halfOpen") setText(row.probe, "a probe is under way");
  else setText(row.probe, lastFailure && circuit.failuresInRow > 0 ? lastFailure.error : "");
}

function setTraffic(row, entity) {
  if (row.shownTraffic !== entity) {
    row.shownTraffic = entity;
    const { requestsPerSecond, errorsPerSecond, p50Seconds, p99Seconds, requests, errors } = entity.traffic;
    setNumber(row.rate, rate(requestsPerSecond));
    setNumber(row.errors, percent(errorsPerSecond, requestsPerSecond));
    setAttribute(row.errors, "title", `${count(errors)} of ${count(requests)} since the start`);
    setAttribute(row.errors, "data-tone", errorsPerSecond > 0 ? "bad" : null);
    setNumber(row.p50, latency(p50Seconds));
    setNumber(row.p99, latency(p99Seconds));
  }
  setSpark(row.spark, entity.history, model.step);
}
