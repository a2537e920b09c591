// The record of one refusal: what each gate saw, in the order in which the request met them.

const way = [
  { name: "Client's bucket", is: ({ gate, scope }) => gate === "rate-limit" && scope === "client", words: bucketWords(() => model.limits?.clients) },
  { name: "Global bucket", is: ({ gate, scope }) => gate === "rate-limit" && scope === "global", words: bucketWords(() => model.limits?.global) },
  { name: "Route", is: ({ gate }) => gate === "route", words: routeWords },
  { name: "Route's bucket", is: ({ gate, scope }) => gate === "rate-limit" && scope === "route", words: bucketWords(({ route }) => model.limits?.routes.find(bucket => bucket.route === route)) },
  { name: "Health", is: ({ gate }) => gate === "health", words: healthWords },
  { name: "Circuit", is: ({ gate }) => gate === "circuit", words: circuitWords },
  { name: "Pool", is: ({ gate }) => gate === "pool", words: poolWords },
  { name: "Upstream", is: ({ gate }) => gate === "upstream", words: upstreamWords },
];

/** What a bucket's gate saw; of one that let the request through it is known whether there is such a bucket now. */
function bucketWords(configured) {
  return (decision, refused) => {
    const bucket = decision.saw.rateLimit;
    if (!refused || !bucket) return configured(decision) ? "A token was there." : "No such limit is configured.";
    return `${bucket.tokens.toFixed(2)} of ${count(bucket.limit)} tokens were left; ${rate(bucket.refillPerSecond)} come back a second, so one was ${latency(bucket.secondsToToken)} away.`;
  };
}

function routeWords({ route, cluster, method, host, path, saw, status }, refused) {
  if (!refused) return route ? `Route ${route} matched; it leads to cluster ${cluster}.` : "";
  const nearest = saw.nearestRoutes ?? [];
  const said = status === 405 ? `No route of ${host}${path} takes ${method}.` : `No route matches ${method} ${host}${path}.`;
  return [said, ...nearest.map(({ route: near, reason }) => `${near}: ${reason}`)].join("\n");
}

function ofDestinations(saw, isSo) {
  const { destinations, moreDestinations } = saw.cluster;
  return `${destinations.filter(isSo).length} of ${destinations.length}${moreDestinations ? ` (and ${moreDestinations} that are not told)` : ""}`;
}

function healthWords({ saw }) {
  if (!saw.cluster) return "";
  if (saw.cluster.destinations.length === 0) return "The cluster has no destination.";
  const down = saw.cluster.destinations.filter(destination => healthOf(destination).tone === "bad");
  const idle = saw.cluster.destinations.filter(({ weight }) => weight === 0);
  return [`${ofDestinations(saw, destination => healthOf(destination).tone === "bad")} destinations were down.`,
    ...down.map(({ id, health }) => `${id}: ${health.lastFailure?.reason ?? health.state}, since ${at(health.since)}`),
    ...idle.map(({ id }) => `${id}: weight 0, takes no new requests`)].join("\n");
}

function circuitWords({ saw }) {
  if (!saw.cluster) return "";
  const open = saw.cluster.destinations.filter(({ circuit }) => circuit.state === "open" || circuit.state === "halfOpen");
  return [`${ofDestinations(saw, destination => open.includes(destination))} circuits were not closed.`,
    ...open.map(({ id, circuit }) => `${id}: ${circuit.failuresInRow} failures in a row (opens at ${circuit.failureThreshold}), open for ${span(circuit.openForSeconds ?? 0)}, ${circuit.state === "halfOpen" ? "a probe under way" : `probe in ${latency(circuit.secondsToProbe)}`}`)].join("\n");
}

function poolWords({ saw }) {
  if (!saw.cluster) return "";
  const { destinations, queue, heldBy, moreHeldBy } = saw.cluster;
  return [`${ofDestinations(saw, isFull)} destinations had every permit taken; ${queue.waiting} of ${queue.limit} places in the queue were taken.`,
    ...heldBy.map(({ destination, route, requests }) => `${destination}: ${plural(requests, "permit")} held by route ${route}`),
    ...(moreHeldBy ? [`and ${moreHeldBy} more`] : [])].join("\n");
}

function upstreamWords({ saw, error }, refused) {
  if (!refused) return "";
  const attempts = saw.attempts ?? [];
  return [`${plural(attempts.length, "attempt")} came to nothing; the client was told ${error}.`,
    ...attempts.map((attempt, i) => `${i + 1}. ${attempt.destination}: ${attempt.error} after ${latency(attempt.seconds)}, ${attempt.sent ? "the request had been sent" : "nothing had been sent"}`)].join("\n");
}

function wayOf(decision) {
  const end = way.findIndex(step => step.is(decision));
  return make("ol", { class: "way" }, ...way.map((step, i) => {
    const [tone, word] = i < end ? ["ok", "passed"] : i === end ? ["bad", "refused here"] : ["off", "not reached"];
    // Health, circuits and pools are asked together: what all three saw is of use when one of them refused.
    const told = i <= end || (decision.saw.cluster && i < way.length - 1);
    const words = make("div");
    for (const line of (told ? step.words(decision, i === end) : "").split("\n")) words.append(make("div", {}, line));
    return make("li", { "data-end": i === end ? "refused" : "" }, make("span", {}, step.name), mark(tone, word), words);
  }));
}

function factsOf(decision) {
  const facts = [["Time", `${at(decision.time)} (${decision.time})`], ["Trace id", decision.traceId],
    ["Request", `${decision.method} ${decision.host}${decision.path}`], ["Client", decision.client],
    ["Route", decision.route ?? "none"], ["Cluster", decision.cluster ?? "none"],
    ["Answer", `${decision.status} ${decision.title}: ${decision.detail}`], ["Proxy-Status", decision.error]];
  return make("dl", { class: "facts" }, ...facts.map(([name, text]) => make("div", {}, make("dt", {}, name), make("dd", {}, text))));
}

function failuresOf({ saw }) {
  const failures = (saw.cluster?.destinations ?? []).flatMap(({ id, failures }) => failures.map(failure => ({ id, ...failure })));
  if (failures.length === 0) return [];
  failures.sort((a, b) => b.time.localeCompare(a.time));
  return [make("h3", {}, "Failures before it"), make("ul", { class: "patterns" },
    ...failures.slice(0, 10).map(({ id, time, error, traceId }) => make("li", {}, `${at(time)}  ${id}: ${error}, trace ${traceId}`)))];
}

function earlierOf({ earlierOfTrace }) {
  return earlierOfTrace.length === 0 ? [] : [make("h3", {}, "Others of this trace"),
    make("ul", { class: "patterns" }, ...earlierOfTrace.map(other => make("li", {}, `${at(other.time)}  ${other.status} ${other.title}, ${gateOf(other)}: ${sawShortly(other)}`)))];
}

async function fetchDecision(traceId) {
  const response = await fetch(`/api/decisions/${encodeURIComponent(traceId)}`, { cache: "no-store" });
  if (response.ok) return response.json();
  throw new Error((await response.json().catch(() => null))?.detail ?? `The gateway answered ${response.status}.`);
}

/** Opens a record; what was focused before is focused again when it is closed. */
async function openDecision(traceId) {
  const answer = $("find-answer");
  setText(answer, "");
  try {
    const decision = await fetchDecision(traceId);
    setText($("decision-title"), `${decision.status} ${decision.title}`);
    const raw = make("details", {}, make("summary", {}, "As JSON"), make("pre", {}, JSON.stringify(decision, null, 2)));
    $("decision-body").replaceChildren(factsOf(decision), make("h3", {}, "What each gate saw"), wayOf(decision), ...failuresOf(decision), ...earlierOf(decision), raw);
    if (!$("decision").open) $("decision").showModal();
    history.replaceState(null, "", `#trace/${decision.traceId}`);
  } catch (error) {
    setText(answer, error instanceof TypeError ? "The gateway cannot be reached." : error.message);
  }
}

/** The trace id in what was pasted: itself, a traceparent, or a whole problem body. */
function traceIdIn(text) {
  return text.match(/(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/i)?.[0].toLowerCase() ?? text.trim();
}
