// Keeps the page up to date: fetches it again at every event, and each second, as time passes without events.
import { morph } from "./morph.js";

const SETTLE = 120; // ms: events this close together share one refresh
const APART = 250; // ms: at most four refreshes a second for a busy account
const TICK = 1000; // ms
const PATIENCE = 8000; // ms: maximum wait for an answer

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
    hangUp(); // the next tick reconnects: a restarted server does not know this stream
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
  if (answer.redirected) location.reload(); // to the login: the admin token has changed
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
  asking: "no event stream: refreshing every second",
  lost: "connection lost: retrying",
  gone: "this page no longer exists: choose another one",
};

function tell(state) {
  const sign = document.getElementById("stream");
  if (sign.dataset.state === state) return;
  sign.dataset.state = state;
  sign.querySelector(".said").textContent = WORDS[state];
}
