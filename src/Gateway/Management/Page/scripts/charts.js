// Bars and sparklines.

const sparkWidth = 120;
const sparkHeight = 24;

/** The requests of the last minutes as a line, errors as columns in front of it. */
function setSpark(node, history, step) {
  if (node.shownHistory === history && node.shownStep === step) return;
  node.shownHistory = history;
  node.shownStep = step;
  if (!node.firstElementChild) {
    const svg = makeSvg("svg", { class: "spark", viewBox: `0 0 ${sparkWidth} ${sparkHeight}`, preserveAspectRatio: "none", role: "img" });
    svg.append(makeSvg("path", { class: "area" }), makeSvg("path", { class: "line" }), makeSvg("path", { class: "fails" }));
    node.replaceChildren(svg);
  }
  const [area, line, fails] = node.firstElementChild.children;
  const { requests, errors } = history;
  const highest = Math.max(1, ...requests, ...errors);
  const quiet = !requests.some(value => value > 0) && !errors.some(value => value > 0);
  const x = i => (i * sparkWidth / (requests.length - 1)).toFixed(1);
  const y = value => (sparkHeight - 1 - value / highest * (sparkHeight - 2)).toFixed(1);
  const points = requests.map((value, i) => `${x(i)} ${y(value)}`).join("L");
  line.setAttribute("d", quiet ? "" : `M${points}`);
  area.setAttribute("d", quiet ? "" : `M0 ${sparkHeight}L${points}L${sparkWidth} ${sparkHeight}Z`);
  fails.setAttribute("d", errors.map((value, i) => value ? `M${x(i)} ${sparkHeight}V${y(value)}` : "").join(""));
  const seconds = model.secondsPerStep;
  const failed = errors.reduce((sum, value) => sum + value, 0);
  node.firstElementChild.setAttribute("aria-label",
    `last 5 minutes: now ${rate(requests.at(-1) / seconds)}/s, at most ${rate(Math.max(...requests) / seconds)}/s, ${plural(failed, "error")}`);
}

/** A bar with its numbers beside it. */
function setLevel(node, share, tone, text) {
  if (!node.firstElementChild) {
    const svg = makeSvg("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" });
    svg.append(makeSvg("rect", { height: 8 }));
    node.classList.add("level");
    node.replaceChildren(svg, make("span"));
  }
  setAttribute(node, "data-tone", tone);
  setAttribute(node.firstElementChild.firstElementChild, "width", (100 * Math.min(1, Math.max(0, share))).toFixed(1));
  setText(node.lastElementChild, text);
}
