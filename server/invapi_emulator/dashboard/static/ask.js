// Asks for confirmation before something is lost, and lists it.

let leaveTheLast = () => {};

export async function agreed(element) {
  const { ask, askText, loses, yes } = element.dataset;
  if (ask === undefined) return true;
  leaveTheLast();
  const dialog = document.getElementById("ask");
  dialog.querySelector("#ask-title").textContent = ask;
  dialog.querySelector("#ask-text").textContent = askText ?? "";
  dialog.querySelector("#ask-yes").textContent = yes ?? "Continue";
  dialog.querySelector("#ask-losses").replaceChildren(...JSON.parse(loses ?? "[]").map(asItem));
  dialog.returnValue = "no";
  dialog.showModal();
  return answerOf(dialog);
}

// A browser reports the closing of a dialog late. The next question may be open by then; do not answer it.
function answerOf(dialog) {
  return new Promise((resolve) => {
    const answer = (agreed) => {
      dialog.removeEventListener("close", closed);
      resolve(agreed);
    };
    const closed = () => dialog.open || answer(dialog.returnValue === "yes");
    leaveTheLast = () => answer(false);
    dialog.addEventListener("close", closed);
  });
}

function asItem(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}
