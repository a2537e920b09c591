// Says changes of state to those who listen to the page: what happened, not every number.

const mostSaidSingly = 3;
const saidOf = { destinations: null, reload: null, draining: null };

function announce(text) {
  const told = $("told");
  // The same words twice are said twice.
  told.textContent = told.textContent === text ? `${text}\u00a0` : text;
}

function stateOf(destination) {
  return `${healthOf(destination).word.toLowerCase()}\n${circuitOf({ circuit: { ...destination.circuit, failuresInRow: 0 } }).word.toLowerCase()}`;
}

function announceChanges() {
  const states = new Map();
  for (const destination of allDestinations()) states.set(destinationPlace(destination), { destination, state: stateOf(destination) });
  const said = [...changesSince(saidOf.destinations, states)];
  const reload = model.configuration.lastReload;
  if (saidOf.destinations && reload && reload.time !== saidOf.reload) said.push(`Configuration ${reload.outcome === "applied" ? `${reload.version} applied` : `rejected, ${plural(reload.faultCount, "fault")}`}`);
  if (saidOf.draining === false && model.draining) said.push("The gateway drains");
  Object.assign(saidOf, { destinations: states, reload: reload?.time ?? null, draining: model.draining });
  if (said.length) announce(`${said.join(". ")}.`);
}

function* changesSince(before, states) {
  if (!before) return;
  const changes = new Map();
  for (const [place, { destination, state }] of states) {
    const old = before.get(place)?.state;
    if (old === undefined || old === state) continue;
    const [oldHealth, oldCircuit] = old.split("\n"), [health, circuit] = state.split("\n");
    if (health !== oldHealth) collect(changes, `is ${health}`, destination);
    if (circuit !== oldCircuit) collect(changes, `has its circuit ${circuit}`, destination);
  }
  for (const [what, those] of changes) {
    if (those.length > mostSaidSingly) yield `${those.length} destinations: each ${what}`;
    else for (const { id, cluster } of those) yield `Destination ${id} of cluster ${cluster} ${what}`;
  }
}

function collect(changes, what, destination) {
  const those = changes.get(what);
  if (those) those.push(destination);
  else changes.set(what, [destination]);
}
