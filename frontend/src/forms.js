// Forms: one answer for one click, Enter sends in the composer, copying, choices applied at once.
import { notice, phrase } from "./notices.js";

// Plain forms: a second click while the first is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog" || event.defaultPrevented) return;
  if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 4000) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = Date.now();
});
document.addEventListener("htmx:after:request", (event) => {
  const form = event.detail?.ctx?.sourceElement;
  if (form instanceof HTMLFormElement) delete form.dataset.sent;
});

// The composer: Enter sends, Shift+Enter is a new line, the text is cleared once the house has it.
document.addEventListener("keydown", (event) => {
  const box = event.target;
  if (!box.matches?.("textarea[data-send]") || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (box.value.trim()) box.form.requestSubmit();
});
document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement: form, response } = event.detail?.ctx ?? {};
  if (!form?.matches?.("form[data-composer]") || !response || response.status >= 300) return;
  form.reset();
  const once = form.elements.once;
  if (once) once.value = crypto.randomUUID();
  form.querySelector("textarea")?.focus();
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches("[data-at-once]")) field.form.requestSubmit();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy], button[data-print]");
  if (!button) return;
  if ("print" in button.dataset) {
    print();
    return;
  }
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText((source.value ?? source.innerText).trim());
  notice(phrase("wordsCopied"));
});

// Theme and density change in place; the server is told for the next page.
document.addEventListener("change", (event) => {
  const { name, value } = event.target;
  const root = document.documentElement;
  if (name === "density" && event.target.matches("[data-look]")) root.dataset.density = value;
  if (name === "theme" && event.target.matches("[data-look]")) {
    root.dataset.theme = value;
    if (value !== "system") root.dataset.bsTheme = value;
  }
});

// Long lists of choices: what is typed above them hides the others; what is ticked stays in sight.
document.addEventListener("input", (event) => {
  const box = event.target;
  if (!box.matches?.("input[data-filter]")) return;
  const words = box.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  let seen = 0;
  for (const choice of document.getElementById(box.dataset.filter).querySelectorAll(".choice")) {
    const text = choice.textContent.toLocaleLowerCase();
    choice.hidden = !choice.querySelector("input").checked && !words.every((word) => text.includes(word));
    seen += choice.hidden ? 0 : 1;
  }
  document.querySelector(`[data-filter-none="${box.dataset.filter}"]`).hidden = seen > 0;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("input[data-filter]")) event.preventDefault();
});

// A file that the house would not take is told before it is sent.
document.addEventListener("change", (event) => {
  const box = event.target;
  if (!box.matches?.("input[type=file][data-most]")) return;
  const [file] = box.files;
  box.setCustomValidity(file && file.size > Number(box.dataset.most) ? box.dataset.tooLarge : "");
  box.reportValidity();
});
