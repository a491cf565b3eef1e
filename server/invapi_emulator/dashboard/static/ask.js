// Asks before something is lost, and says what.

export async function agreed(element) {
  const { ask, askText, loses, yes } = element.dataset;
  if (ask === undefined) return true;
  const dialog = document.getElementById("ask");
  dialog.querySelector("#ask-title").textContent = ask;
  dialog.querySelector("#ask-text").textContent = askText ?? "";
  dialog.querySelector("#ask-yes").textContent = yes ?? "Go on";
  dialog.querySelector("#ask-losses").replaceChildren(...JSON.parse(loses ?? "[]").map(asItem));
  dialog.returnValue = "no";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  return dialog.returnValue === "yes";
}

function asItem(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}
