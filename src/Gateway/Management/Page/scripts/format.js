// Numbers and times in words.

const counts = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

function count(value) {
  return counts.format(value);
}

function plural(value, word, words = `${word}s`) {
  return `${count(value)} ${value === 1 ? word : words}`;
}

/** A rate: as many digits as matter. */
function rate(value) {
  if (value === 0) return "0";
  if (value < 0.1) return "<0.1";
  return value < 10 ? value.toFixed(1) : count(value);
}

function percent(part, whole) {
  if (!whole) return "–";
  const share = 100 * part / whole;
  if (share === 0) return "0 %";
  if (share < 0.1) return "<0.1 %";
  return `${share < 10 ? share.toFixed(1) : Math.round(share)} %`;
}

/** How long a request took. */
function latency(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 0.01) return `${(seconds * 1000).toFixed(1)} ms`;
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
}

/** How long ago or how long from now, to the second while that matters. */
function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor(whole % 86400 / 3600)} h`;
}

/** The time of day, with the date when it is not of the last day. */
function at(time) {
  const date = new Date(time);
  return Math.abs(Date.now() - date) < 86400e3 ? clock.format(date) : moment.format(date);
}

/** The items as a sentence tells them, so many and no more. */
function listed(items, most = 3) {
  const told = items.slice(0, most).join(", ");
  return items.length > most ? `${told} and ${items.length - most} more` : told;
}
