// Keeps the page true: an event fetches this page anew at once, and so does each second: time passes, and not all has events.
import { morph } from "./morph.js";

const SETTLE = 120; // ms: events that come together are one refresh
const TICK = 1000; // ms
const PATIENCE = 8000; // ms: how long an answer may take
const LONGEST_PAUSE = 2000; // ms between two tries to reach the server

let stream = null;
let streaming = false;
let waiting = null;
let fetching = false;
let again = false;
let failures = 0;
let refreshedAt = 0;

export function stayLive() {
  if (document.querySelector("[data-live]") === null) return () => {};
  listen();
  setInterval(tick, TICK);
  document.addEventListener("visibilitychange", () => (document.hidden ? fallSilent() : listen()));
  return () => refreshSoon(0);
}

function listen() {
  fallSilent();
  const account = document.body.dataset.account;
  if (account === undefined) return refreshSoon(0);
  stream = new EventSource(`/_emulator/accounts/${account}/events`);
  stream.onopen = () => {
    streaming = true;
    refreshSoon(0);
  };
  stream.onmessage = () => refreshSoon(SETTLE);
  stream.onerror = () => {
    fallSilent();
    failures += 1;
    refreshSoon(0);
    setTimeout(() => stream ?? (document.hidden || listen()), pause());
  };
}

function fallSilent() {
  stream?.close();
  stream = null;
  streaming = false;
}

function tick() {
  if (document.hidden) return;
  if (performance.now() - refreshedAt >= TICK / 2) refreshSoon(0);
}

function refreshSoon(delay) {
  waiting ??= setTimeout(() => {
    waiting = null;
    refresh();
  }, delay);
}

async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  try {
    await draw();
  } finally {
    fetching = false;
    refreshedAt = performance.now();
    if (again) refreshSoon(SETTLE);
    again = false;
  }
}

async function draw() {
  try {
    const answer = await fetch(location.href.split("#")[0], {
      headers: { accept: "text/html" },
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!answer.ok) return tell(answer.status === 404 ? "gone" : "lost");
    take(await answer.text());
    if (streaming || document.body.dataset.account === undefined) failures = 0;
    tell(streaming ? "live" : "asking");
  } catch {
    tell("lost");
  }
}

function take(text) {
  const wanted = new DOMParser().parseFromString(text, "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = wanted.getElementById(part.id);
    if (fresh !== null) morph(part, fresh);
  }
}

const WORDS = {
  live: "live",
  asking: "no event stream: asking every second",
  lost: "connection lost: trying again",
  gone: "this is no longer there: choose another page",
};

function tell(state) {
  const sign = document.getElementById("stream");
  if (sign.dataset.state === state) return;
  sign.dataset.state = state;
  sign.querySelector(".said").textContent = WORDS[state];
}

function pause() {
  return Math.min(LONGEST_PAUSE, 250 * 2 ** Math.min(failures, 6));
}
