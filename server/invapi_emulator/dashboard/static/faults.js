// Shows the fields of the selected kind of fault, and hides those of the others.

export function watchFaultForm() {
  const form = document.getElementById("new-fault");
  if (form === null) return;
  const choose = () => {
    for (const fields of form.querySelectorAll("fieldset[data-kind]")) {
      fields.hidden = fields.disabled = fields.dataset.kind !== form.elements.kind.value;
    }
  };
  form.elements.kind.addEventListener("change", choose);
  choose(); // a browser may restore an earlier selection
}
