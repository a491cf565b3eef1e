// Updates a DOM tree with as few changes as possible, so that focus, open rows and typed text stay.

export function morph(old, wanted) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== wanted.nodeValue) old.nodeValue = wanted.nodeValue;
    return;
  }
  if (old.isEqualNode(wanted) || old.dataset?.former !== undefined) return;
  morphAttributes(old, wanted);
  morphChildren(old, wanted);
}

function morphAttributes(old, wanted) {
  for (const { name, value } of [...wanted.attributes]) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    // The reader decides whether a row is open.
    if (!wanted.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
}

function morphChildren(old, wanted) {
  const keyed = new Map();
  for (const child of old.children) if (keyOf(child)) keyed.set(keyOf(child), child);
  let place = old.firstChild;
  for (const child of [...wanted.childNodes]) {
    const match = matching(child, place, keyed);
    if (match === null) {
      old.insertBefore(document.importNode(child, true), place);
      continue;
    }
    if (match === place) place = place.nextSibling;
    else old.insertBefore(match, place);
    morph(match, child);
  }
  removeFrom(place);
}

function matching(child, place, keyed) {
  const key = keyOf(child);
  if (key) return keyed.get(key) ?? null;
  const same = place !== null && place.nodeName === child.nodeName && !keyOf(place);
  return same ? place : null;
}

function removeFrom(place) {
  while (place !== null) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function keyOf(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset?.key : undefined;
}
