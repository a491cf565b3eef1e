// Shows the account's time between refreshes: the server's last time, continued at the clock's rate.

const HERE = () => document.getElementById("now");

let said = null;
let heardAt = 0;

export function tickClock() {
  const tick = () => {
    show(HERE());
    setTimeout(tick, 200);
  };
  tick();
}

function show(clock) {
  if (clock === null) return;
  const word = `${clock.dataset.now} ${clock.dataset.rate}`;
  if (word !== said) {
    said = word;
    heardAt = performance.now();
  }
  const passed = (performance.now() - heardAt) * Number(clock.dataset.rate);
  const now = new Date(Number(clock.dataset.now) + passed);
  if (Number.isNaN(now.getTime())) return;
  const text = now.toISOString().slice(0, 19).replace("T", " ");
  if (clock.textContent !== text) clock.textContent = text;
}
