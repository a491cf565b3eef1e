// Sends a call as a client would, and shows the request and the answer.

const OF_NO_VM = new Set(["check", "get_engine"]);

export async function call(element) {
  const [path, action] = element.dataset.call.split(" ");
  const form = formOf(element, action);
  const panel = document.getElementById("answer");
  panel.classList.add("shown");
  panel.querySelector("output").replaceChildren(...asked(path, form), text("p", "muted", "Waiting for the answer"));
  const heard = await send(path, form);
  panel.querySelector("output").replaceChildren(...asked(path, form), ...answered(heard));
  prefill(heard.body?.callback);
  if (element.matches("form") && heard.ok) element.reset();
}

function formOf(element, action) {
  const form = new URLSearchParams({ action });
  if (action !== "check") form.set("token", document.body.dataset.token);
  const { vm } = document.body.dataset;
  if (vm !== undefined && !OF_NO_VM.has(action)) form.set("id", vm);
  for (const field of element.matches("form") ? element.elements : []) {
    if (!field.name || ("optional" in field.dataset && field.value === "")) continue;
    if ("list" in field.dataset) listed(field.value).forEach((each) => form.append(`${field.name}[]`, each));
    else form.set(field.name, field.value);
  }
  return form;
}

function listed(value) {
  const names = value.split(",").map((each) => each.trim()).filter(Boolean);
  return names.length > 0 ? names : [""]; // one empty name empties the list
}

async function send(path, form) {
  try {
    const answer = await fetch(`${document.body.dataset.root}/${path}`, { method: "POST", body: form });
    const said = await answer.text();
    const reason = answer.headers.get("X-Emulator-Reason");
    return { status: answer.status, reason, said, ok: reason === null && answer.ok, body: parsed(said) };
  } catch {
    return { status: null, reason: null, said: "", ok: false, body: null };
  }
}

function parsed(said) {
  try {
    return JSON.parse(said);
  } catch {
    return null;
  }
}

function asked(path, form) {
  const line = `curl -s -X POST ${location.origin}${document.body.dataset.root}/${path} --data '${form}'`;
  const copy = text("button", "", "Copy as curl");
  copy.dataset.copy = line;
  const fields = [...form].map(([name, value]) => `${name}=${value}`).join("\n");
  return [text("h3", "", `POST /${path}`), scrolling(fields, "Request"), copy];
}

function answered({ status, reason, said, ok, body }) {
  if (status === null) return [text("p", "bad", "✗ No answer: the connection was cut.")];
  const verdict = ok ? `✓ HTTP ${status}` : `✗ HTTP ${status}, X-Emulator-Reason: ${reason}`;
  const parts = [text("h3", ok ? "good" : "bad", verdict)];
  parts.push(scrolling(body === null ? said : JSON.stringify(body, null, 2), "Answer"));
  const checks = document.getElementById("check-key") !== null;
  if (checks && (body?.callback || body?.result === "Not ready")) parts.push(checkButton());
  if (reason === "vm_running") parts.push(powerOffButton());
  return parts;
}

function powerOffButton() {
  const button = text("button", "primary", "Power it off");
  button.dataset.call = "eq.php off";
  return button;
}

function checkButton() {
  const button = text("button", "primary", "Check this key");
  button.addEventListener("click", () => document.getElementById("check-key").form.requestSubmit());
  return button;
}

function prefill(key) {
  const field = document.getElementById("check-key");
  if (key !== undefined && field !== null) field.defaultValue = field.value = key;
}

function scrolling(content, label) {
  const block = text("pre", "", content);
  block.tabIndex = 0;
  block.setAttribute("role", "group");
  block.setAttribute("aria-label", label);
  return block;
}

function text(name, kind, content) {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  element.textContent = content;
  return element;
}
