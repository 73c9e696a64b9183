// Access review by keyboard: y keeps, n asks why and withdraws, u takes back. A row shows at once what was pressed; what the house
// answers takes its place, and a refusal puts it back.
const rows = () => [...document.querySelectorAll("tr[data-item]")];
const here = () => document.activeElement?.closest?.("tr[data-item]");
const typing = (target) => target.matches?.("input, textarea, select");
const answered = [];
let lastWhy = "";

document.addEventListener("keydown", (event) => {
  if (!document.querySelector("[data-certify]") || event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (typing(event.target)) {
    if (event.key === "Escape" && event.target.closest(".certify-why")) {
      ask(here(), false);
      event.preventDefault();
    }
    return;
  }
  const act = { y: keep, n: (row) => ask(row, true), u: undo, "?": help }[event.key];
  if (!act) return;
  event.preventDefault();
  act(here() ?? rows().find((row) => row.dataset.item === "open"));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("tr[data-item] [data-do]");
  if (!button) return;
  const row = button.closest("tr");
  if (button.dataset.do === "ask") ask(row, true);
  else press(row, button.dataset.do);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches?.(".certify-why")) return;
  lastWhy = event.target.elements.reason.value.trim();
  press(event.target.closest("tr"), "withdraw");
});

function keep(row) {
  if (row?.dataset.item === "open" && !row.dataset.pending) send(row.querySelector('[data-do="keep"]'));
}

// A key may be quicker than htmx on a slow machine. A button that htmx does not know yet would send nothing, and the row would look answered.
function send(button) {
  htmx.process(button);
  button.click();
}

function undo(row) {
  const last = answered.map((id) => document.getElementById(id)).findLast((one) => one?.querySelector('[data-do="undo"]'));
  const wanted = row?.querySelector('[data-do="undo"]') ? row : last;
  wanted?.focus();
  if (wanted) send(wanted.querySelector('[data-do="undo"]'));
}

function help() {
  document.getElementById("certify-keys").showModal();
}

function ask(row, open) {
  const form = row?.querySelector(".certify-why");
  if (!form || row.dataset.pending) return;
  form.hidden = !open;
  row.querySelector(".certify-buttons").hidden = open;
  if (!open) return row.focus();
  const why = form.elements.reason;
  why.value ||= lastWhy;
  why.focus();
  why.select();
}

// Mark the row, and go on to the next that is open, unless an answer is taken back.
function press(row, verb) {
  row.dataset.pending = verb;
  if (verb === "undo") return;
  answered.push(row.id);
  const all = rows();
  const next = all.slice(all.indexOf(row) + 1).find((one) => one.dataset.item === "open" && !one.dataset.pending);
  (next ?? row).focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:after:request", (event) => {
  const row = event.detail?.ctx?.sourceElement?.closest?.("tr[data-pending]");
  if (!row) return;
  const { response } = event.detail.ctx;
  if (response && response.status < 300 && response.headers?.get?.("HX-Reswap") !== "none") return;
  delete row.dataset.pending;
  ask(row, false);
});

document.addEventListener("htmx:error", () => rows().forEach((row) => delete row.dataset.pending));

document.addEventListener("htmx:after:swap", (event) => {
  const left = document.getElementById("certify-left");
  if (!left) return;
  left.textContent = Number(left.dataset.rest) + rows().filter((row) => row.dataset.item === "open").length;
  const id = event.detail?.ctx?.target?.id;
  if (document.activeElement === document.body && id?.startsWith("item-")) document.getElementById(id)?.focus();
});
