// What the page is written with. Text of clients and configuration is only ever text: nothing here parses HTML.

const svgNamespace = "http://www.w3.org/2000/svg";

function $(id) {
  return document.getElementById(id);
}

/** Sets a text if it is another one; an untouched row costs the browser nothing. */
function setText(node, text) {
  if (node.shownText !== text) node.textContent = node.shownText = text;
}

function setAttribute(node, name, value) {
  if (node.getAttribute(name) === value) return;
  if (value === null) node.removeAttribute(name);
  else node.setAttribute(name, value);
}

function setHidden(node, hidden) {
  if (node.hidden !== hidden) node.hidden = hidden;
}

/** An element with attributes and children, which are elements or text. */
function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function makeSvg(name, attributes) {
  const node = document.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

/** A copy of a template with the parts that it names. */
function copy(templateId) {
  const root = $(templateId).content.firstElementChild.cloneNode(true);
  const parts = { root };
  for (const part of root.querySelectorAll("[data-is]")) parts[part.dataset.is] = part;
  return parts;
}

/** A state: a shape, a word and a colour that say the same. */
function setMark(node, tone, text) {
  if (node.shownTone !== tone) {
    node.shownTone = tone;
    node.dataset.tone = tone;
    const icon = makeSvg("svg", { class: "icon", "aria-hidden": "true" });
    icon.append(makeSvg("use", { href: `#i-${tone}` }));
    const word = make("span");
    word.textContent = word.shownText = node.lastElementChild?.textContent ?? "";
    node.replaceChildren(icon, word);
  }
  setText(node.lastElementChild, text);
}

function mark(tone, text) {
  const node = make("span", { class: "mark" });
  setMark(node, tone, text);
  return node;
}

/** A number that is quiet when it is nothing. */
function setNumber(node, text) {
  setText(node, text);
  node.classList.toggle("zero", text === "0" || text === "0 %" || text === "–");
}

/**
 * Makes the children of a node those of the items, in their order: rows that stay are kept, so that focus and
 * selection stay with them.
 * @param {Map} rows the rows by key, kept by the caller between calls
 */
function arrange(parent, rows, items, keyOf, create, update, before = null) {
  const keys = new Set(items.map(keyOf));
  for (const [key, row] of rows) {
    if (keys.has(key)) continue;
    row.root.remove();
    rows.delete(key);
  }
  let next = before;
  for (let i = items.length - 1; i >= 0; i--) {
    const key = keyOf(items[i]);
    let row = rows.get(key);
    if (!row) rows.set(key, row = create(items[i]));
    if (row.root.nextSibling !== next || row.root.parentNode !== parent) parent.insertBefore(row.root, next);
    update(row, items[i]);
    next = row.root;
  }
}

/** Does what many may ask for once a frame. */
function onceAFrame(action) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    // A page that is not looked at gets no frames, but its title and what it tells must stay true.
    const run = () => { asked = false; action(); };
    if (document.hidden) setTimeout(run, 200);
    else requestAnimationFrame(run);
  };
}
