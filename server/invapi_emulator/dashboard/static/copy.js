// Copies text; where the browser offers no clipboard (a page that is not of this machine), through a field.

export async function copy(button) {
  const text = button.dataset.copy;
  const done = await intoClipboard(text);
  const label = (button.dataset.label ??= button.textContent);
  button.textContent = done ? "✓ Copied" : "✗ Not copied";
  setTimeout(() => (button.textContent = label), 1500);
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
