// Boosted navigation: the phone lives on while #main changes. After a change focus goes to the heading, and it is read out.
import { announce, notice, phrase } from "./notices.js";

document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail?.ctx?.target;
  if (!(target instanceof Element)) return;
  target.querySelectorAll("dialog[data-show]").forEach((dialog) => dialog.open || dialog.showModal());
  if (target.id !== "main") return;
  target.className = `main ${target.querySelector("[data-main]")?.dataset.main ?? ""}`.trim();
  const done = target.querySelector("[data-done]");
  if (done) notice(done.dataset.done);
  document.querySelectorAll("details.menu[open]").forEach((menu) => menu.removeAttribute("open"));
  const heading = target.querySelector("[autofocus]") ?? target.querySelector("h1");
  if (heading) {
    if (!heading.hasAttribute("tabindex") && heading.tagName === "H1") heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    announce(document.title);
  }
  scrollTo(0, 0);
  markCurrent();
});

// The navigation stands outside #main: mark the place we are at.
function markCurrent() {
  const links = [...document.querySelectorAll(".side a[href]")];
  const holds = (path) => location.pathname === path || (path !== "/" && location.pathname.startsWith(path + "/"));
  const paths = links.map((link) => link.getAttribute("href")).filter(holds);
  const here = paths.reduce((best, path) => (path.length > best.length ? path : best), "");
  for (const link of links) {
    if (here && link.getAttribute("href") === here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

document.addEventListener("htmx:response:error", (event) => {
  const status = event.detail?.ctx?.response?.status ?? 0;
  if (status >= 500) notice(phrase("wordsFailed"), true);
  if (status === 429) notice(phrase("wordsBusy"), true);
});
document.addEventListener("htmx:error", () => notice(phrase("wordsUnreachable"), true));

// Menus close on a click elsewhere and on Escape, focus returns to their button.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest?.("details.menu[open]") ?? document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.removeAttribute("open");
  menu.querySelector("summary").focus();
});

// A conversation that is offered while nothing is open opens by itself.
document.addEventListener("htmx:after:swap", () => document.querySelector("#idle a[data-open]")?.click());

// A page restored from the browser's memory may belong to an ended session: ask again.
addEventListener("pageshow", (event) => {
  if (event.persisted && document.body.dataset.live) location.reload();
});

const main = document.getElementById("main");
const bottom = () => {
  const talk = document.getElementById("messages");
  if (talk) talk.scrollTop = talk.scrollHeight;
};
// A conversation stays at its end while it grows, unless the reader has scrolled up.
let pinned = true;
document.addEventListener("scroll", (event) => {
  if (event.target.id === "messages") pinned = event.target.scrollHeight - event.target.scrollTop - event.target.clientHeight < 80;
}, true);
document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail?.ctx?.target;
  if (target === main || target?.id === "desk") pinned = true;
  if (pinned) bottom();
  watch();
});
// The bar of the telephone comes and goes, the composer grows: the end stays in sight.
const sizes = new ResizeObserver(() => pinned && bottom());
function watch() {
  const talk = document.getElementById("messages");
  if (talk) sizes.observe(talk);
}
watch();
