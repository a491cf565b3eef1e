// Calls the control API, and describes the answer in words. Returns the answer, or undefined if there is none.
import { clearErrors, isValid, showError } from "./errors.js";
import { readFields } from "./fields.js";

export async function control(element) {
  const [method, path] = element.dataset.control.split(" ");
  clearErrors(element);
  if (element.noValidate && !isValid(element)) {
    say(element, "", true);
    return;
  }
  const body = element.matches("form") ? JSON.stringify(readFields(element)) : element.dataset.body;
  try {
    const answer = await fetch(path, { method, body });
    const text = await answer.text();
    const said = text === "" ? {} : JSON.parse(text);
    if (answer.ok) {
      say(element, done(element, said), false);
      return said;
    }
    refused(element, said.error);
  } catch {
    say(element, "The emulator does not respond.", true);
  }
  return undefined;
}

function refused(element, error) {
  const field = [...element.querySelectorAll("[name]")].find(
    (each) => each.name === error.field && !each.matches(":disabled"),
  );
  const isShown = field !== undefined && showError(field, inWords(error));
  say(element, isShown ? "" : withoutBody(error.message), true);
  field?.focus();
}

// Returns the message without the name and the value of the field, which are beside it.
function inWords({ field, message }) {
  const said = message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message;
  return said.replace(/^[^:]*: /, "").replace(/^Input should be/, "It should be");
}

// An error of the whole body quotes it. The form shows the same.
function withoutBody(message) {
  return message.replace(/^the body: \{.*?(\}|\.\.\.): /, "");
}

function done(element, said) {
  if (said.events !== undefined) return `The clock shows ${readable(said.now)}; ${counted(said)}.`;
  if (element.dataset.undo) return `Rule ${said.id}: ${element.dataset.body}. To undo it: ${element.dataset.undo}`;
  if (said.kind !== undefined && said.fired !== undefined) return `Rule ${said.id}, ${said.kind}, is ${said.enabled ? "on" : "off"}.`;
  if (said.mode !== undefined) return `The clock is ${said.mode}, rate ${said.rate}.`;
  if (said.ignored !== undefined) return `Account ${said.name} is created.`;
  if (said.scenario !== undefined) return `Account ${said.name} was reset to scenario ${said.scenario}.`;
  if (said.opening !== undefined) return `The credit is ${said.credit} ${said.currency}.`;
  if (said.balance !== undefined) return `Invoice ${said.id} is ${said.status}.`;
  if (said.state !== undefined) return `Task ${said.key} is ${said.state}.`;
  return "Done.";
}

function counted({ events, hanging }) {
  const ended = events.filter((event) => event.kind === "task_ended").length;
  const words = ended === 1 ? "1 task ended" : `${ended} tasks ended`;
  return hanging.length > 0 ? `${words}, ${hanging.length} hang` : words;
}

function readable(instant) {
  return instant.slice(0, 19).replace("T", " ");
}

export function say(element, text, bad) {
  const own = element.querySelector("output");
  const place = own ?? document.getElementById(element.dataset.said ?? "said");
  place.textContent = text;
  place.classList.toggle("bad", bad);
}
