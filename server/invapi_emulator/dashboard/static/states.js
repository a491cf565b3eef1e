// Brings about a state: writes its fault rule, offers to delete it, and sends the call that the state needs.
import { call } from "./calls.js";
import { control } from "./control.js";

export async function bringAbout(button) {
  const rule = await control(button);
  if (rule === undefined) return;
  document.getElementById("states-undo").replaceChildren(deletion(button, rule));
  const { then } = button.dataset;
  if (then === undefined) return;
  const sender = document.createElement("button");
  sender.dataset.call = then;
  await call(sender);
}

function deletion({ dataset }, { id }) {
  const button = document.createElement("button");
  button.textContent = `Undo rule ${id}`;
  button.dataset.control = `DELETE ${dataset.control.split(" ")[1]}/${id}`;
  button.dataset.said = dataset.said;
  return button;
}
