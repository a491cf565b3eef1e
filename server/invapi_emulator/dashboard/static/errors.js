// Errors of a form: beside the field, in words.

export function clearErrors(form) {
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  for (const place of form.querySelectorAll(".error")) place.textContent = "";
}

// Returns whether the browser finds no error. The first field with an error gets the focus.
export function isValid(form) {
  const wrong = [...form.elements].filter((field) => field.name && !field.matches(":disabled") && !field.validity.valid);
  for (const field of wrong) showError(field, wordsOf(field));
  wrong[0]?.focus();
  return wrong.length === 0;
}

// Returns whether the field has a place for its errors.
export function showError(field, text) {
  field.setAttribute("aria-invalid", "true");
  const place = document.getElementById(`${field.id}-error`);
  if (place !== null) place.textContent = text;
  return place !== null;
}

function wordsOf({ validity, min, max }) {
  if (validity.badInput) return "Enter a number.";
  if (validity.valueMissing) return "Enter a value.";
  if (validity.rangeUnderflow) return `Enter ${min} or more.`;
  if (validity.rangeOverflow) return `Enter ${max} or less.`;
  return "Enter a whole number.";
}
