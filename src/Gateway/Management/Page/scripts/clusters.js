// Clusters. A large one's healthy destinations are a line until somebody opens it.

const foldedFrom = 50;
const rowsAtOnce = 100;
const clusterRows = new Map();
const clusterView = { open: new Map(), limit: new Map(), clusters: rowsAtOnce, search: "" };

function clusterPlace(id) {
  return `cluster/${encodeURIComponent(id)}`;
}

function renderClusters() {
  const table = document.querySelector(".clusters");
  const all = [...model.clusters.values()].filter(clusterMatches);
  const shown = picked(all, cluster => [...cluster.destinations.values()].some(isTrouble), clusterView.clusters);
  arrange(table, clusterRows, shown, ({ facts }) => facts.id, createCluster, updateCluster);
  const more = $("clusters-more");
  setHidden(more, shown.length === all.length);
  setText(more, `Show ${Math.min(rowsAtOnce, all.length - shown.length)} more of ${plural(all.length, "cluster")}`);
  const destinations = [...allDestinations()];
  setText($("clusters-sum"), `${plural(model.clusters.size, "cluster")}, ${count(destinations.filter(canServe).length)} of ${plural(destinations.length, "destination")} can serve`);
}

/** Everything in trouble, and of the others so many; in their order. */
function picked(items, inTrouble, most) {
  let left = most;
  let troubled = rowsAtOnce + most;
  return items.filter(item => inTrouble(item) ? troubled-- > 0 : left-- > 0);
}

function clusterMatches({ facts, destinations }) {
  return !clusterView.search || matches(facts.id) || [...destinations.values()].some(destinationMatches);
}

function destinationMatches({ id, address, cluster }) {
  return matches(id) || matches(address) || matches(cluster);
}

function matches(text) {
  return text.toLowerCase().includes(clusterView.search);
}

function createCluster({ facts: { id } }) {
  const row = { ...copy("cluster-template"), rows: new Map() };
  row.root.querySelector("tr").id = clusterPlace(id);
  row.root.querySelector("tr").tabIndex = -1;
  setText(row.name, id);
  row.toggle.addEventListener("click", () => {
    clusterView.open.set(id, row.toggle.getAttribute("aria-expanded") === "false");
    render();
  });
  row.more.addEventListener("click", () => {
    if (!clusterView.open.get(id)) clusterView.open.set(id, true);
    else clusterView.limit.set(id, limitOf(id) + rowsAtOnce);
    render();
  });
  return row;
}

function limitOf(id) {
  return clusterView.limit.get(id) ?? rowsAtOnce;
}

function updateCluster(row, { facts, destinations }) {
  const all = [...destinations.values()];
  const troubled = all.filter(isTrouble);
  const large = all.length - troubled.length > foldedFrom;
  const open = clusterView.open.get(facts.id) ?? !large;
  const candidates = clusterView.search && !matches(facts.id) ? all.filter(destinationMatches) : all;
  const limit = open || clusterView.search ? limitOf(facts.id) : 0;
  const shown = picked(candidates, isTrouble, limit);
  setAttribute(row.toggle, "aria-expanded", String(open));
  updateClusterFacts(row, facts, all, troubled);
  arrange(row.root, row.rows, shown, ({ id }) => id, createDestination, updateDestination, row.rest);
  const hidden = candidates.length - shown.length;
  setHidden(row.rest, hidden === 0);
  setText(row.more, open ? `Show ${Math.min(rowsAtOnce, hidden)} more of ${count(hidden)}` : `Show ${plural(hidden, "destination")} without trouble`);
}

function updateClusterFacts(row, facts, all, troubled) {
  const up = all.filter(destination => healthOf(destination).tone !== "bad").length;
  const open = all.filter(({ circuit }) => circuit.state === "open" || circuit.state === "halfOpen").length;
  const waiting = facts.queue.waiting;
  setText(row.policy, waiting || facts.queue.limit ? `${facts.policy}, ${waiting} of ${facts.queue.limit} waiting` : facts.policy);
  setMark(row.health, all.length === 0 || up < all.length ? (up ? "warn" : "bad") : "ok", `${count(up)} of ${count(all.length)} up`);
  setMark(row.circuit, open === 0 ? "ok" : open < all.length ? "warn" : "bad", open ? `${count(open)} open` : "All closed");
  const inUse = all.reduce((sum, { permits }) => sum + permits.inUse, 0);
  const limit = all.some(({ permits }) => permits.limit === null) ? null : all.reduce((sum, { permits }) => sum + permits.limit, 0);
  setLevel(row.permits, limit ? inUse / limit : 0, permitsTone({ inUse, limit: limit || null }), permitsText({ inUse, limit }));
  setTraffic(row, facts);
  row.root.classList.toggle("troubled", troubled.length > 0);
}
