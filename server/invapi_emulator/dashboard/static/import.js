// Replaces the account's world with an exported file.
import { say } from "./control.js";

export async function importFile(form) {
  const [file] = form.elements.file.files;
  try {
    const answer = await fetch(form.dataset.import, { method: "PUT", body: await file.text() });
    const said = await answer.json();
    if (answer.ok) say(form, `${file.name} is imported.`, false);
    else say(form, said.error.message, true);
  } catch {
    say(form, "The emulator does not respond.", true);
  }
}
