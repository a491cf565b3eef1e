// Buttons: `data-call` sends a client's call, `data-control` calls the control API, `data-import` sends a file to it,
// `data-copy` copies.
import { agreed } from "./ask.js";
import { call } from "./calls.js";
import { control } from "./control.js";
import { copy } from "./copy.js";
import { importFile } from "./import.js";
import { bringAbout } from "./states.js";

export function watchButtons(refresh) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-call], [data-control], [data-import]")) return;
    event.preventDefault();
    act(form, refresh);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.matches("[data-call], [data-control]")) act(button, refresh);
    if (button?.matches("[data-copy]")) copy(button);
    if (button?.matches("[data-fold]")) unfold(button);
    if (button?.matches("[data-close]")) document.getElementById(button.dataset.close).classList.remove("shown");
  });
}

// In a narrow window the style hides a part of a folded element.
function unfold(button) {
  const isShown = document.getElementById(button.dataset.fold).classList.toggle("shown");
  button.setAttribute("aria-expanded", isShown);
}

async function act(element, refresh) {
  if (!(await agreed(element))) return;
  await senderOf(element)(element);
  refresh();
}

function senderOf({ dataset }) {
  if (dataset.import !== undefined) return importFile;
  if (dataset.undo !== undefined) return bringAbout;
  return dataset.call === undefined ? control : call;
}
