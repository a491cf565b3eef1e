// Shows the fields that apply to the selected kind of fault, and hides the others.
import { clearErrors } from "./errors.js";

export function watchFaultForm() {
  const form = document.getElementById("new-fault");
  if (form === null) return;
  form.addEventListener("change", ({ target }) => {
    if (target.name === "kind") {
      clearErrors(form);
      form.querySelector("output").textContent = "";
    }
    choose(form);
  });
  choose(form); // a browser may restore an earlier selection
}

function choose(form) {
  const { kind } = form.elements;
  const fixed = kind.selectedOptions[0].dataset.fixed.split(" ");
  for (const fields of form.querySelectorAll("fieldset[data-kind]")) {
    show(fields, fields.dataset.kind === kind.value);
    const distribution = fields.querySelector("[name=distribution]")?.value;
    for (const part of fields.querySelectorAll("[data-with]")) showPart(part, part.dataset.with === distribution);
  }
  for (const part of form.querySelectorAll("[data-match]")) showPart(part, !fixed.includes(part.dataset.match));
}

function showPart(part, applies) {
  part.hidden = !applies;
  for (const field of part.querySelectorAll("input, select")) field.disabled = !applies;
}

function show(fields, applies) {
  fields.hidden = fields.disabled = !applies;
}
