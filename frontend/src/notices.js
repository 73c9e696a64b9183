// Short notices at the corner, read out by screen readers. Texts come from the page, in the person's language.
export const phrase = (name) => document.body.dataset[name] ?? name;

export function notice(text, bad = false) {
  const box = document.getElementById("toasts");
  if (!box) return;
  const note = document.createElement("div");
  note.className = bad ? "toast-note bad" : "toast-note";
  note.textContent = text;
  box.append(note);
  setTimeout(() => note.remove(), bad ? 9000 : 5000);
}

export function announce(text) {
  const region = document.getElementById("announcer");
  if (region) region.textContent = text;
}
