// The gateway as a whole: its state, its figures, its configuration and what is in flight.

const connection = { lostSince: 0, reason: "", stopped: false };

function renderConnection() {
  const { lostSince, reason } = connection;
  document.body.classList.toggle("lost", lostSince > 0);
  const notice = $("connection");
  setHidden(notice, lostSince === 0);
  if (lostSince > 0) {
    const what = connection.stopped ? "The gateway drained and has stopped" : "Connection lost";
    setText(notice, `${what} at ${at(lostSince)}, ${span((Date.now() - lostSince) / 1000)} ago. ${reason} ${model.known ? "What is shown is as it was then. " : ""}Trying again.`);
  }
  const state = $("state");
  if (connection.stopped) setMark(state, "bad", "Stopped");
  else if (lostSince > 0) setMark(state, "bad", "Connection lost");
  else if (!model.known) setMark(state, "off", "Connecting");
  else if (model.draining) setMark(state, "warn", "Draining");
  else if (!model.ready.isReady) setMark(state, "bad", "Not ready");
  else setMark(state, "ok", "Ready");
}

function renderFigures() {
  const { traffic, refused, history } = model.total;
  setText($("rate"), rate(traffic.requestsPerSecond));
  setText($("errors"), percent(traffic.errorsPerSecond, traffic.requestsPerSecond));
  setText($("refused"), rate(refused.reduce((sum, { perSecond }) => sum + perSecond, 0)));
  setText($("p50"), latency(traffic.p50Seconds));
  setText($("p99"), latency(traffic.p99Seconds));
  setText($("in-flight"), count(model.inFlight.count));
  setSpark($("total-spark"), history, model.step);
  $("errors").title = `${count(traffic.errors)} of ${count(traffic.requests)} requests since the start`;
}

function renderFacts() {
  const { gateway, configuration } = model;
  const [version, build] = gateway.version.split("+");
  setText($("version"), version);
  setAttribute($("version"), "title", build ? `build ${build}` : null);
  setText($("environment"), gateway.environment);
  setText($("up"), `${span((now() - Date.parse(gateway.startedAt)) / 1000)}, since ${at(gateway.startedAt)}`);
  setText($("configuration"), count(configuration.version));
  const last = configuration.lastReload;
  if (last) setMark($("reload"), last.outcome === "applied" ? "ok" : "bad", receiptText(last));
  else setText($("reload"), "none since the start");
}

function receiptText(reload) {
  return reload.outcome === "applied"
    ? `applied at ${at(reload.time)}: ${reload.summary}`
    : `REJECTED at ${at(reload.time)}: ${plural(reload.faultCount, "fault")}`;
}

function renderReceipts() {
  const { reloads } = model.configuration;
  setHidden($("receipts"), reloads.length === 0);
  const list = $("receipt-list");
  const shown = reloads.map(reload => reload.time).join();
  if (list.shownReceipts === shown) return;
  list.shownReceipts = shown;
  list.replaceChildren(...reloads.map(reload => {
    const lines = [...reload.changes, ...reload.liveState].map(line => make("li", {}, line));
    return make("li", {}, mark(reload.outcome === "applied" ? "ok" : "bad", receiptText(reload)), make("ul", {}, ...lines, ...faultsOf(reload)));
  }));
}

function renderInFlight() {
  const flight = $("flight");
  const { oldest, count: all } = model.inFlight;
  // What a drain waits for is what its operator waits for.
  if (model.draining && !flight.wasOpened) flight.open = flight.wasOpened = true;
  setText(flight.querySelector("summary span"), `Oldest requests in flight (${oldest.length} of ${count(all)})`);
  if (!flight.open) return;
  const rows = $("flight-rows");
  reuse(rows, oldest.length, () => {
    const labels = ["Age", "Kind", "Request", "Route", "Destination", "Trace id"];
    const row = make("tr", { role: "row" }, ...labels.map(label => make("td", { role: "cell", "data-label": label })));
    row.firstElementChild.className = "number";
    return row;
  });
  oldest.forEach((exchange, i) => {
    const texts = [span(exchange.ageSeconds), exchange.kind, `${exchange.method} ${exchange.path}`, exchange.route || "–",
      exchange.destination ? `${exchange.destination} of ${exchange.cluster}` : "–", exchange.traceId];
    texts.forEach((text, column) => setText(rows.children[i].children[column], text));
  });
}

function renderTop() {
  renderFigures();
  renderFacts();
  renderReceipts();
  renderInFlight();
}
