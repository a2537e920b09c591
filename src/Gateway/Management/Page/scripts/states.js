// What the states mean, for rows, problems and what is told aloud.

const worseness = { ok: 0, off: 0, warn: 1, bad: 2 };

function healthOf({ health }) {
  switch (health.state) {
    case "up": return { tone: "ok", word: "Up" };
    case "down": return { tone: "bad", word: "Down" };
    case "unknown": return { tone: "off", word: "Not probed yet" };
    case "notProbed": return { tone: "off", word: "Not probed" };
    default: return { tone: "bad", word: health.state };
  }
}

function circuitOf({ circuit }) {
  switch (circuit.state) {
    case "open": return { tone: "bad", word: "Open" };
    case "halfOpen": return { tone: "warn", word: "Half-open" };
    case "off": return { tone: "off", word: "Off" };
    default: return circuit.failuresInRow > 0
      ? { tone: "warn", word: `Closed, ${circuit.failuresInRow} of ${circuit.failureThreshold} failures` }
      : { tone: "ok", word: "Closed" };
  }
}

function permitsTone({ inUse, limit }) {
  if (limit === null) return "off";
  return inUse >= limit ? "bad" : inUse >= 0.8 * limit ? "warn" : "ok";
}

function permitsText({ inUse, limit }) {
  return limit === null ? `${count(inUse)} of any` : `${count(inUse)} / ${count(limit)}`;
}

/** The worst that there is to say of a destination. A failure or two in a row are no trouble yet, and a full pool is busy, not broken. */
function worstOf(destination) {
  const tones = [healthOf(destination).tone, destination.circuit.state === "closed" ? "ok" : circuitOf(destination).tone, isFull(destination) ? "warn" : "ok"];
  return tones.reduce((worst, tone) => worseness[tone] > worseness[worst] ? tone : worst, "ok");
}

function isTrouble(destination) {
  return worseness[worstOf(destination)] > 0;
}

function isFull({ permits }) {
  return permits.limit !== null && permits.inUse >= permits.limit;
}

/** Whether new requests can go there now. */
function canServe(destination) {
  return destination.weight > 0 && healthOf(destination).tone !== "bad" && destination.circuit.state !== "open" && !isFull(destination);
}

/** Until when a circuit lets nothing through, in this browser's clock; set when a destination is told. */
function secondsToProbe(destination) {
  const { secondsToProbe: told } = destination.circuit;
  if (told === null) return null;
  destination.probeAt ??= model.heardAt + 1000 * told;
  return Math.max(0, (destination.probeAt - Date.now()) / 1000);
}

/** A refusal's gate with its scope. */
function gateOf({ gate, scope }) {
  return scope ? `${gate} (${scope})` : gate;
}
