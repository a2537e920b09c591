// Server-sent events, read by hand: the browser's own reader hides both heartbeats and the reason of a refusal.

const silenceAllowed = 25_000;
const pauseBeforeRetry = 2_000;

/**
 * Listens for ever.
 * @param heard called with the name and the data of each event
 * @param lost called with the reason when the connection is lost or could not be made
 */
async function listen(heard, lost) {
  for (;;) {
    lost(await listenOnce(heard));
    await new Promise(resume => setTimeout(resume, pauseBeforeRetry));
  }
}

async function listenOnce(heard) {
  const ending = new AbortController();
  let silent = 0;
  const alive = () => {
    clearTimeout(silent);
    silent = setTimeout(() => ending.abort(), silenceAllowed);
  };
  alive();
  try {
    const response = await fetch("/api/events", { signal: ending.signal, cache: "no-store" });
    if (!response.ok) return (await response.json().catch(() => null))?.detail ?? `It answered ${response.status}.`;
    await readEvents(response.body, alive, heard);
    return "The stream ended.";
  } catch (error) {
    if (ending.signal.aborted) return "Nothing was heard for a while.";
    if (error instanceof TypeError) return "It cannot be reached.";
    throw error;
  } finally {
    clearTimeout(silent);
    ending.abort();
  }
}

async function readEvents(body, alive, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    text += value;
    // A large status comes in many pieces: only what is new can hold its end.
    if (!value.includes("\n")) continue;
    const events = text.split("\n\n");
    text = events.pop();
    for (const event of events) readEvent(event, heard);
  }
}

function readEvent(text, heard) {
  let name = "message", data = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (data) heard(name, JSON.parse(data));
}
