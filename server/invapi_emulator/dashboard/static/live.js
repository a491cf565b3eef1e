// Keeps the page true: an event fetches this page anew at once, and so does each second, for time passes without events.
import { morph } from "./morph.js";

const SETTLE = 120; // ms: events that come together are one refresh
const APART = 250; // ms: a busy account is drawn four times a second, not more
const TICK = 1000; // ms
const PATIENCE = 8000; // ms: how long an answer may take

let stream = null;
let streaming = false;
let waiting = null;
let fetching = false;
let again = false;
let refreshedAt = 0;

export function stayLive() {
  if (document.querySelector("[data-live]") === null) return () => {};
  tick();
  setInterval(tick, TICK);
  document.addEventListener("visibilitychange", () => (document.hidden ? hangUp() : tick()));
  return () => refreshSoon(0);
}

function tick() {
  if (document.hidden) return;
  if (stream === null) listen();
  refreshSoon(0);
}

function listen() {
  const { account, root } = document.body.dataset;
  if (account === undefined) return;
  stream = new EventSource(`${root}/_emulator/accounts/${account}/events`);
  stream.onopen = () => {
    streaming = true;
    refreshSoon(0);
  };
  stream.onmessage = () => refreshSoon(SETTLE);
  stream.onerror = () => {
    hangUp(); // the next tick calls again: a new server knows nothing of this stream
    refreshSoon(0);
  };
}

function hangUp() {
  stream?.close();
  stream = null;
  streaming = false;
}

function refreshSoon(delay) {
  const rest = refreshedAt + APART - performance.now();
  waiting ??= setTimeout(() => {
    waiting = null;
    refresh();
  }, Math.max(delay, rest));
}

async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  try {
    tell(await draw());
  } catch {
    tell("lost");
  }
  fetching = false;
  refreshedAt = performance.now();
  if (again) refreshSoon(SETTLE);
  again = false;
}

async function draw() {
  const answer = await fetch(location.href.split("#")[0], {
    headers: { accept: "text/html" },
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.redirected) location.reload(); // to the way in: the admin token is another one now
  if (!answer.ok) return answer.status === 404 ? "gone" : "lost";
  take(await answer.text());
  return streaming || document.body.dataset.account === undefined ? "live" : "asking";
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
