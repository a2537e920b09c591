// What is known of the gateway: the last status with all deltas since. Whatever changed is another object than before.

const historySteps = 60;

const model = {
  known: false,
  step: 0,
  secondsPerStep: 5,
  /** Milliseconds that the gateway's clock is ahead of this browser's. */
  ahead: 0,
  startedAt: 0,
  /** The clusters by id: facts, and destinations by id. */
  clusters: new Map(),
  routes: new Map(),
};

/** The gateway's time. */
function now() {
  return Date.now() + model.ahead;
}

function applyHead(message) {
  model.ahead = Date.parse(message.time) - Date.now();
  model.heardAt = Date.now();
  model.secondsPerStep = message.historySecondsPerStep;
  for (const name of ["gateway", "configuration", "ready", "inFlight", "total", "draining", "limits", "refusals"]) {
    if (name in message) model[name] = message[name];
  }
}

function applyStatus(message) {
  applyHead(message);
  model.step = message.historyStep;
  model.total.history = whole(model.total.history);
  model.clusters = new Map(message.clusters.map(({ destinations, ...facts }) => [facts.id, {
    facts: withHistory(facts),
    destinations: new Map(destinations.map(destination => [destination.id, withHistory(destination)])),
  }]));
  model.routes = new Map(message.routes.map(route => [route.id, withHistory(route)]));
  model.known = true;
}

function applyDelta(message) {
  advance(message.historyStep - model.step);
  applyHead(message);
  if (message.total) model.total.history = whole(message.total.history);
  for (const facts of message.clusters) {
    const cluster = model.clusters.get(facts.id);
    if (cluster) cluster.facts = withHistory(facts, cluster.facts);
  }
  for (const destination of message.destinations) {
    const all = model.clusters.get(destination.cluster)?.destinations;
    if (all?.has(destination.id)) all.set(destination.id, withHistory(destination, all.get(destination.id)));
  }
  for (const route of message.routes) {
    if (model.routes.has(route.id)) model.routes.set(route.id, withHistory(route, model.routes.get(route.id)));
  }
}

/** Steps ended: every history moves on. A delta tells of the last of them alone, and only where something happened. */
function advance(steps) {
  if (steps <= 0) return;
  model.step += steps;
  for (const { history } of histories()) {
    for (const line of [history.requests, history.errors]) {
      line.splice(0, steps);
      while (line.length < historySteps) line.push(0);
    }
  }
}

function* histories() {
  yield model.total;
  for (const { facts, destinations } of model.clusters.values()) {
    yield facts;
    yield* destinations.values();
  }
  yield* model.routes.values();
}

function withHistory(entity, before) {
  const told = entity.history;
  const history = before?.history ?? whole(told);
  if (before && told?.requests.length === 1) {
    history.requests[historySteps - 1] = told.requests[0];
    history.errors[historySteps - 1] = told.errors[0];
  }
  return { ...entity, history };
}

function whole(history) {
  const full = line => line?.length === historySteps ? line : Array(historySteps).fill(0);
  return { requests: full(history?.requests), errors: full(history?.errors) };
}

function* allDestinations() {
  for (const { destinations } of model.clusters.values()) yield* destinations.values();
}
