// Zooms the timeline: chooses the next shorter or longer window.

export function watchZoom() {
  for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(button));
}

function zoom({ form, dataset }) {
  const list = form.elements.window;
  const shown = Number(list.selectedOptions[0].dataset.length ?? document.getElementById("lanes").dataset.length);
  const wanted = next(shown, dataset.zoom, [...list.querySelectorAll("option[data-length]")]);
  if (wanted === undefined) return;
  wanted.selected = true;
  list.dispatchEvent(new Event("change", { bubbles: true }));
}

// The options are in the order of their lengths.
function next(shown, direction, options) {
  const isBeyond = ({ dataset: { length } }) => (direction === "in" ? Number(length) < shown : Number(length) > shown);
  const beyond = options.filter(isBeyond);
  return direction === "in" ? beyond.at(-1) : beyond[0];
}
