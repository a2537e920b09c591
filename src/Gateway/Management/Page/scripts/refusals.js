// The last refusals, and what they have in common: one client, one backend or ourselves.

const refusalsAtFirst = 12;
const refusalRows = new Map();
const refusalView = { all: false };
const foundPatterns = { of: null, patterns: [] };

/** The refusals of the same kind together, the most frequent first. */
function patterns() {
  if (foundPatterns.of === model.refusals) return foundPatterns.patterns;
  const groups = Map.groupBy(model.refusals, ({ gate, scope, title }) => `${gate}\n${scope}\n${title}`);
  foundPatterns.of = model.refusals;
  foundPatterns.patterns = [...groups.values()].sort((a, b) => b.length - a.length).map(group => {
    const { gate, scope, title } = group[0];
    return { gate, scope, title, count: group.length, who: inCommon(group) };
  });
  return foundPatterns.patterns;
}

function inCommon(group) {
  const said = [shareOf(group, "client", ({ client }) => client)];
  if (group[0].gate === "route") said.push(shareOf(group, "host", ({ host }) => host));
  else if (group[0].route) said.push(shareOf(group, "route", ({ route }) => route));
  const attempted = group.flatMap(({ saw }) => saw.attempts ?? []);
  if (attempted.length) said.push(shareOf(attempted, "backend", ({ destination }) => destination));
  return said.filter(Boolean).join(", ");
}

/** Whether it is one, mostly one, or many. */
function shareOf(items, word, keyOf) {
  const sorted = [...Map.groupBy(items, keyOf)].sort(([, a], [, b]) => b.length - a.length);
  const [first, those] = sorted[0];
  if (sorted.length === 1) return `one ${word} (${first})`;
  return those.length >= 0.8 * items.length ? `mostly ${word} ${first}` : plural(sorted.length, word);
}

/** What the gate saw, in a few words. */
function sawShortly({ gate, saw }) {
  if (saw.rateLimit) return `${saw.rateLimit.tokens.toFixed(1)} of ${count(saw.rateLimit.limit)} tokens, ${rate(saw.rateLimit.refillPerSecond)}/s back`;
  if (saw.attempts) return listed(saw.attempts.map(({ destination, error, seconds }) => `${destination}: ${error} after ${latency(seconds)}`), 2);
  const destinations = saw.cluster?.destinations;
  if (!destinations) return gate === "route" ? "no route matched" : "–";
  if (destinations.length === 0) return "the cluster has no destination";
  const of = `of ${destinations.length + saw.cluster.moreDestinations}`;
  if (gate === "circuit") return `${destinations.filter(({ circuit }) => circuit.state !== "closed").length} ${of} circuits open`;
  if (gate === "pool") return `${destinations.filter(isFull).length} ${of} pools full, ${saw.cluster.queue.waiting} waiting`;
  return `${destinations.filter(destination => healthOf(destination).tone === "bad").length} ${of} destinations down`;
}

function keyOfRefusal({ traceId, time }) {
  return `${traceId} ${time}`;
}

function renderRefusals() {
  const { refusals } = model;
  const section = $("refusals");
  if (section.shownRefusals !== refusals) {
    section.shownRefusals = refusals;
    renderPatterns();
  }
  // In a flood the list would run away from whoever points at it.
  const held = $("refusal-rows").matches(":hover, :focus-within") || $("decision").open;
  const sum = `the last ${count(refusals.length)}; the trace id opens what each gate saw`;
  setText($("refusals-sum"), !refusals.length ? "none is remembered" : held ? `${sum}; the list waits while you are on it` : sum);
  if (!held) renderRefusalRows(refusals);
}

function renderPatterns() {
  const list = $("patterns");
  reuse(list, patterns().length, () => make("li", {}, make("b"), make("span"), make("span", { class: "muted" })));
  patterns().forEach(({ title, gate, scope, count: many, who }, i) => {
    const [times, what, whose] = list.children[i].children;
    setText(times, `${many} ×`);
    setText(what, `${title} (gate ${gate}${scope ? `, scope ${scope}` : ""})`);
    setText(whose, `: ${who}`);
  });
}

function renderRefusalRows(refusals) {
  const body = $("refusal-rows");
  if (body.shownRefusals === refusals && body.shownAll === refusalView.all) return;
  Object.assign(body, { shownRefusals: refusals, shownAll: refusalView.all });
  const shown = refusalView.all ? refusals : refusals.slice(0, refusalsAtFirst);
  arrange(body, refusalRows, shown, keyOfRefusal, createRefusal, () => { });
  const more = $("refusals-more");
  setHidden(more, refusals.length <= refusalsAtFirst);
  setText(more, refusalView.all ? `Show the last ${refusalsAtFirst} only` : `Show all ${refusals.length}`);
}

// A refusal never changes: its row is written once.
function createRefusal(refusal) {
  const row = copy("refusal-template");
  setText(row.time, at(refusal.time));
  setAttribute(row.time, "datetime", refusal.time);
  setAttribute(row.time, "title", refusal.time);
  setText(row.status, String(refusal.status));
  setText(row.title, refusal.title);
  setText(row.gate, gateOf(refusal));
  setNumber(row.saw, sawShortly(refusal));
  setNumber(row.route, refusal.route ? `${refusal.route} → ${refusal.cluster}` : "–");
  setText(row.client, refusal.client);
  setText(row.request, `${refusal.method} ${refusal.host}${refusal.path}`);
  setText(row.open, refusal.traceId.slice(0, 12));
  row.root.dataset.trace = refusal.traceId;
  setAttribute(row.open, "title", refusal.traceId);
  setAttribute(row.open, "aria-label", `Open the record of trace ${refusal.traceId}, ${refusal.title}`);
  row.root.addEventListener("click", () => {
    // Whoever marks a text to copy it does not want it covered.
    if (getSelection().isCollapsed) openDecision(refusal.traceId);
  });
  return row;
}
