// The buckets and who empties them.

function renderLimits() {
  const { limits, total } = model;
  if ($("limits").shownLimits === limits && $("limits").shownTotal === total) return;
  Object.assign($("limits"), { shownLimits: limits, shownTotal: total });
  const { global, routes, clients } = limits;
  const buckets = [...(global ? [{ name: "All clients together (global)", ...global }] : []), ...routes.map(bucket => ({ name: `Route ${bucket.route}`, ...bucket }))];
  const configured = buckets.length > 0 || clients !== null;
  setText($("limits-sum"), !configured ? "no rate limit is configured" : clients
    ? `each client by ${clients.key}: ${count(clients.limit)} tokens, ${rate(clients.refillPerSecond)}/s back; ${count(clients.known)} of ${plural(clients.maxClients, "client")} known`
    : "clients have no limit of their own");
  rowsOf($("bucket-rows"), buckets, ["Bucket", "Tokens", "Refill/s"], ([name, level, refill], bucket) => {
    setText(name, bucket.name);
    setLevel(levelIn(level), bucket.tokens / bucket.limit, levelTone(bucket.tokens / bucket.limit), `${count(Math.floor(bucket.tokens))} / ${count(bucket.limit)}`);
    setText(refill, rate(bucket.refillPerSecond));
  });
  rowsOf($("scope-rows"), total.refused, ["Gate and scope", "Refused/s", "Since the start"], ([gate, perSecond, all], refused) => {
    setText(gate, gateOf(refused));
    setNumber(perSecond, rate(refused.perSecond));
    setText(all, count(refused.refusals));
  });
  renderClients(clients);
}

function renderClients(clients) {
  const window = clients?.busiestWindowSeconds ?? 1;
  setText($("busiest-window"), clients ? `over ${span(window)}` : "");
  setHidden($("client-rows").parentElement, !clients);
  setHidden($("bucket-rows").parentElement, false);
  rowsOf($("client-rows"), clients?.busiest ?? [], ["Client", "Tokens/s of its refill", "Taken"], ([name, level, taken], client) => {
    const perSecond = client.tokensTaken / window;
    const share = perSecond / clients.refillPerSecond;
    setText(name, client.client);
    setLevel(levelIn(level), share, levelTone(1 - share), `${rate(perSecond)} / ${rate(clients.refillPerSecond)}`);
    setText(taken, count(client.tokensTaken));
  });
}

function levelTone(left) {
  return left < 0.05 ? "bad" : left < 0.25 ? "warn" : "ok";
}

function levelIn(cell) {
  return cell.firstElementChild ?? cell.appendChild(make("span"));
}

/** A small table's rows: the first cell is the row's head, those of plain numbers stand to the right. */
function rowsOf(body, items, labels, update) {
  reuse(body, Math.max(1, items.length), () => {
    const cells = labels.slice(1).map(label => make("td", { role: "cell", "data-label": label }));
    cells.filter((_, i) => labels.length === 3 && (i === 1 || labels[1] === "Refused/s")).forEach(cell => cell.classList.add("number"));
    return make("tr", { role: "row" }, make("th", { scope: "row", role: "rowheader" }), ...cells);
  });
  items.forEach((item, i) => update([...body.children[i].children], item));
  if (items.length === 0) [...body.children[0].children].forEach((cell, i) => { cell.replaceChildren(); delete cell.shownText; setText(cell, i ? "" : "None"); });
}
