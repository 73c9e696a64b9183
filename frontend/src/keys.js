// Keyboard first. Controls name their own key with data-key="r" (or "g d" for two in a row); the sheet on `?` lists them.
const typing = (target) => target.closest?.("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");
let prefix = "";
let timer;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  const wanted = prefix ? `${prefix} ${event.key}` : event.key;
  if (act(wanted)) {
    event.preventDefault();
    prefix = "";
  } else {
    prefix = event.key === "g" && !prefix ? "g" : "";
    clearTimeout(timer);
    timer = setTimeout(() => (prefix = ""), 1200);
  }
});

function act(key) {
  if (key === "?") {
    document.getElementById("keys")?.showModal();
    return true;
  }
  if (key === "j") return move(1);
  if (key === "k") return move(-1);
  const control = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => (one.checkVisibility() || one.closest("details.menu:not([open])")) && !one.disabled);
  if (!control) return false;
  if (control.matches("input:not([type=radio]), textarea")) control.focus();
  else control.click();
  if (control.matches("[type=radio]")) control.form?.querySelector("textarea")?.focus();
  return true;
}

// j and k move real focus along the rows, so that Enter opens what is in focus.
function move(step) {
  const rows = [...document.querySelectorAll("main [data-row]")].filter((row) => row.checkVisibility());
  if (!rows.length) return false;
  const here = rows.indexOf(document.activeElement);
  const current = here >= 0 ? here : rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, current + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}
