// Copies text. Without a clipboard (browsers have none for plain HTTP from another machine), uses a field.
import { say } from "./control.js";

const SHOWN = 1500; // ms: the button itself says so for this long

export async function copy(button) {
  const done = await intoClipboard(button.dataset.copy);
  const name = button.getAttribute("aria-label") ?? button.dataset.former ?? button.textContent;
  say(button, done ? `${name.replace(/^Copy/, "Copied")}.` : `${name}: the browser refuses it.`, !done);
  show(button, done ? "✓ Copied" : "✗ Not copied");
}

// While a button has `data-former`, its former label, refreshes leave it alone.
function show(button, verdict) {
  const label = (button.dataset.former ??= button.textContent);
  button.textContent = verdict;
  setTimeout(() => {
    button.textContent = label;
    delete button.dataset.former;
  }, SHOWN);
}

async function intoClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return throughField(text);
  }
}

function throughField(text) {
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return done;
}
