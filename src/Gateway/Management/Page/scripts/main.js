// Puts it together: events come in, what changed is rendered once a frame, and the keys and links work.

function renderAll() {
  renderConnection();
  if (!model.known) return;
  renderProblems();
  renderTop();
  renderClusters();
  renderRefusals();
  renderLimits();
  renderRoutes();
}

const render = onceAFrame(renderAll);

function heard(name, message) {
  if (connection.lostSince) announce("Connected again.");
  Object.assign(connection, { lostSince: 0, reason: "", stopped: false });
  if (name === "status") applyStatus(message);
  else if (model.known) applyDelta(message);
  announceChanges();
  render();
}

function lost(reason) {
  if (!connection.lostSince) {
    Object.assign(connection, { lostSince: Date.now(), stopped: model.draining === true });
    announce(connection.stopped ? "The gateway has stopped." : "Connection lost.");
  }
  connection.reason = reason;
  render();
}

/** What time alone changes, once a second. */
function tick() {
  renderConnection();
  if (!model.known || connection.lostSince) return;
  renderFacts();
  for (const { rows } of clusterRows.values()) rows.forEach(updateAges);
}

/** Goes to what a link names, opening what hides it. */
function goTo(place) {
  const [kind, ...ids] = place.split("/");
  if (kind === "trace") return void openDecision(decodeURIComponent(ids[0]));
  if (kind === "cluster" || kind === "destination") {
    clusterView.search = $("clusters-search").value = "";
    if (kind === "destination" && !$(place)) clusterView.open.set(decodeURIComponent(ids[0]), true);
    renderClusters();
  }
  const target = $(place);
  if (target instanceof HTMLDetailsElement) target.open = true;
  target?.scrollIntoView({ block: "center" });
  target?.focus({ preventScroll: true });
}

function searchBy(input, view, again) {
  input.addEventListener("input", () => {
    view.search = input.value.trim().toLowerCase();
    again();
  });
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea") || $("decision").open) return;
  const target = { "/": $("routes-search"), t: $("trace") }[event.key];
  if (!target) return;
  event.preventDefault();
  target.focus();
  target.select();
}

function begin() {
  document.addEventListener("keydown", onKey);
  addEventListener("hashchange", () => goTo(location.hash.slice(1)));
  document.addEventListener("click", event => {
    const link = event.target.closest("a[href^='#']");
    // The browser does nothing when the address is the same already.
    if (link && link.hash === location.hash) goTo(link.hash.slice(1));
  });
  $("find").addEventListener("submit", event => {
    event.preventDefault();
    const traceId = traceIdIn($("trace").value);
    if (traceId) openDecision(traceId);
  });
  $("decision").addEventListener("close", () => {
    history.replaceState(null, "", location.pathname);
    render();
  });
  searchBy($("routes-search"), routeView, render);
  searchBy($("clusters-search"), clusterView, render);
  $("routes-more").addEventListener("click", () => { routeView.limit += rowsAtOnce; render(); });
  $("clusters-more").addEventListener("click", () => { clusterView.clusters += rowsAtOnce; render(); });
  $("refusals-more").addEventListener("click", () => { refusalView.all = !refusalView.all; render(); });
  $("flight").addEventListener("toggle", render);
  $("refusal-rows").addEventListener("mouseleave", render);
  $("refusal-rows").addEventListener("focusout", render);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  setText($("zone"), zone ? ` (${zone})` : "");
  setInterval(tick, 1000);
  if (location.hash.startsWith("#trace/")) goTo(location.hash.slice(1));
  listen(heard, lost);
}

begin();
