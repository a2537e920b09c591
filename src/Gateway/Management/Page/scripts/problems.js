// What is wrong comes first: each problem in a sentence, with a link to its place.

const errorShareThatCounts = 0.01;

function* problems() {
  const { lastReload, version } = model.configuration;
  if (lastReload?.outcome === "rejected")
    yield { tone: "bad", text: `Reload rejected at ${at(lastReload.time)}: ${plural(lastReload.faultCount, "fault")}, configuration ${version} stays in force`, place: "rejected" };
  if (model.draining)
    yield { tone: "warn", text: `Draining: ${plural(model.inFlight.count, "request")} still in flight`, place: "flight" };
  else if (!model.ready.isReady)
    yield { tone: "bad", text: `Not ready: ${listed(model.ready.reasons)}`, place: "clusters" };
  yield* clusterProblems();
  yield* destinationProblems();
  yield* refusalProblems();
  const { requestsPerSecond, errorsPerSecond } = model.total.traffic;
  if (errorsPerSecond > errorShareThatCounts * requestsPerSecond)
    yield { tone: "warn", text: `${percent(errorsPerSecond, requestsPerSecond)} of requests fail`, place: "clusters" };
}

function* clusterProblems() {
  for (const { facts, destinations } of model.clusters.values()) {
    if (![...destinations.values()].some(canServe))
      yield { tone: "bad", text: `Cluster ${facts.id} can serve nothing`, place: clusterPlace(facts.id) };
    if (facts.queue.waiting > 0)
      yield { tone: "warn", text: `${plural(facts.queue.waiting, "request")} of cluster ${facts.id} ${facts.queue.waiting === 1 ? "waits" : "wait"} for a permit`, place: clusterPlace(facts.id) };
  }
}

function* destinationProblems() {
  const kinds = [
    { tone: "bad", words: n => `${plural(n, "destination")} down`, of: d => healthOf(d).tone === "bad" },
    { tone: "bad", words: n => `${plural(n, "circuit")} open`, of: d => d.circuit.state === "open" },
    { tone: "warn", words: n => `${plural(n, "circuit")} half-open`, of: d => d.circuit.state === "halfOpen" },
    { tone: "warn", words: n => `${plural(n, "pool")} full`, of: isFull },
  ];
  const found = kinds.map(() => []);
  for (const destination of allDestinations()) {
    kinds.forEach((kind, i) => { if (kind.of(destination)) found[i].push(destination); });
  }
  for (const [i, kind] of kinds.entries()) {
    const those = found[i];
    if (those.length)
      yield { tone: kind.tone, text: `${kind.words(those.length)}: ${listed(those.map(d => `${d.id} of ${d.cluster}`), 2)}`, place: destinationPlace(those[0]) };
  }
}

function* refusalProblems() {
  for (const refused of model.total.refused) {
    if (refused.perSecond <= 0) continue;
    const pattern = patterns().find(p => p.gate === refused.gate && p.scope === refused.scope);
    const by = refused.scope ? `${refused.gate} scope ${refused.scope}` : refused.gate;
    yield { tone: "warn", text: `${rate(refused.perSecond)} requests/s refused by ${by}${pattern ? `: ${pattern.who}` : ""}`, place: "refusals" };
  }
}

function renderProblems() {
  const all = [...problems()];
  const list = $("problems");
  const shown = all.map(p => `${p.tone} ${p.text} ${p.place}`).join("\n");
  if (list.shownProblems !== shown) {
    list.shownProblems = shown;
    reuse(list, Math.max(1, all.length), () => make("li", {}, make("a", { class: "mark" })));
    if (all.length === 0) list.replaceChildren(make("li", {}, mark("ok", "No problems")));
    all.forEach((problem, i) => {
      let link = list.children[i].firstElementChild;
      if (link.tagName !== "A") list.children[i].replaceChildren(link = make("a", { class: "mark" }));
      setMark(link, problem.tone, problem.text);
      setAttribute(link, "href", `#${problem.place}`);
    });
  }
  const title = all.length ? `(${all.length}) Gateway` : "Gateway";
  if (document.title !== title) document.title = title;
  renderRejected();
}

function renderRejected() {
  const reload = model.configuration.lastReload;
  const box = $("rejected");
  const rejected = reload?.outcome === "rejected";
  setHidden(box, !rejected);
  if (!rejected || box.shownReload === reload.time) return;
  box.shownReload = reload.time;
  setText(box.querySelector("p"), `The configuration saved at ${at(reload.time)} was rejected; configuration ${model.configuration.version} stays in force. ${plural(reload.faultCount, "fault")}:`);
  box.querySelector("ul").replaceChildren(...faultsOf(reload));
}

function faultsOf(reload) {
  const items = reload.faults.map(({ path, found, problem, place }) =>
    make("li", {}, make("code", {}, path), `: ${problem}${found === null ? "" : ` Found: ${found}.`}${place ? ` (${place})` : ""}`));
  const more = reload.faultCount - reload.faults.length;
  return more > 0 ? [...items, make("li", {}, `and ${more} more`)] : items;
}

/** Keeps so many children; those that stay are the same as before. */
function reuse(parent, length, create) {
  while (parent.children.length > length) parent.lastElementChild.remove();
  while (parent.children.length < length) parent.append(create());
}
