// Reads a form into the object that the control API takes. `data-type` is the JSON type of a field,
// `data-unit` the id of a list with the factor of its unit.

export function readFields(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name || field.matches(":disabled")) continue;
    const value = valueOf(field);
    if (value !== undefined) put(body, field.name.split("."), value);
  }
  return body;
}

function valueOf(field) {
  const text = field.value.trim();
  const type = field.dataset.type ?? "string";
  if (type === "times") return text === "" ? null : Number(text);
  if (text === "") return undefined;
  if (field.dataset.unit !== undefined) return Number(text) * Number(document.getElementById(field.dataset.unit).value);
  if (type === "number" || type === "integer") return Number.isNaN(Number(text)) ? text : Number(text);
  if (type === "boolean") return text === "true";
  return type === "pairs" ? pairs(text) : text;
}

function pairs(text) {
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const [name, ...rest] = pair.split("=");
      return [name.trim(), rest.join("=").trim()];
    }),
  );
}

function put(body, [first, ...rest], value) {
  if (rest.length === 0) body[first] = value;
  else put((body[first] ??= {}), rest, value);
}
