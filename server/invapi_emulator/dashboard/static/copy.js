// Copies text. Without a clipboard (browsers have none for plain HTTP from another machine), uses a field.

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
