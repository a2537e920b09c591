// Routes, with search.

const routeRows = new Map();
const routeView = { search: "", limit: rowsAtOnce };

function matchOf({ methods, hosts, path }) {
  return [methods.join(","), `${hosts.length > 1 ? `{${hosts.join(",")}}` : hosts.join("")}${path ?? "/*"}`].filter(Boolean).join(" ");
}

function routeMatches(route) {
  const search = routeView.search;
  return !search || [route.id, route.cluster ?? "", matchOf(route)].some(text => text.toLowerCase().includes(search));
}

function renderRoutes() {
  const found = [...model.routes.values()].filter(routeMatches);
  const shown = found.slice(0, routeView.limit);
  setText($("routes-sum"), routeView.search ? `${count(found.length)} of ${plural(model.routes.size, "route")}` : plural(model.routes.size, "route"));
  arrange($("route-rows"), routeRows, shown, ({ id }) => id, () => copy("route-template"), updateRoute);
  setHidden($("routes-more"), shown.length === found.length);
  setText($("routes-more"), `Show ${Math.min(rowsAtOnce, found.length - shown.length)} more`);
}

function updateRoute(row, route) {
  if (row.shown !== route) {
    row.shown = route;
    setText(row.name, route.id);
    setText(row.match, matchOf(route));
    setText(row.cluster, route.cluster ?? "–");
    setAttribute(row.cluster, "href", route.cluster ? `#${clusterPlace(route.cluster)}` : null);
    setText(row.requests, count(route.traffic.requests));
  }
  setTraffic(row, route);
}
