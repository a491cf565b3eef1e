// Links within the page open their target. Filters change the address, so that a reload shows the same.

export function watchPlaces(refresh) {
  addEventListener("hashchange", unfold);
  document.addEventListener("click", (event) => {
    // If the address already has the target, no hashchange event follows.
    if (event.target.closest('a[href^="#"]')) setTimeout(unfold);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-view]");
    if (form !== null) view(form, refresh);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-view]")) return;
    event.preventDefault();
    view(event.target, refresh);
  });
  unfold();
}

function unfold() {
  const place = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  if (!place?.matches("details")) return;
  place.open = true;
  place.querySelector("summary").focus();
}

// A disabled field leaves the address: a new search begins at the first page. Browsers without scripts never send it.
function view(form, refresh) {
  const address = new URL(location.href);
  for (const { name, value } of form.elements) {
    if (!name) continue;
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  history.replaceState(null, "", address);
  refresh();
}
