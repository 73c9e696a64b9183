// Live pages. A hint says what changed ("conversation:7, index 812"); whoever on the page listens to it fetches itself anew.
// An element listens with data-topics="inbox conversation:7" and htmx does the rest: hx-get=... hx-trigger="live".
import { policy } from "./guard.js";
import { notice, phrase } from "./notices.js";

const body = document.body;

if (body.dataset.live) {
  const send = connect();
  send({ hello: true, after: Number(body.dataset.live), path: body.dataset.livePath });
  addEventListener("pagehide", () => send({ goodbye: true }));
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

function connect() {
  if (self.SharedWorker) {
    const worker = new SharedWorker(policy.createScriptURL(body.dataset.liveWorker), { name: "live" });
    worker.port.onmessage = ({ data }) => receive(data);
    worker.port.start();
    return (message) => worker.port.postMessage(message);
  }
  return alone;
}

// Without SharedWorker (some phones): one stream for this page alone.
function alone(message) {
  if (!message.hello) return;
  const open = (after) => {
    let last = after;
    const source = new EventSource(`${message.path}?after=${after}`);
    source.onopen = () => receive({ line: "open" });
    source.onmessage = (event) => {
      last = Number(event.lastEventId) + 1;
      receive({ hint: JSON.parse(event.data) });
    };
    source.addEventListener("signed-out", () => receive({ signedOut: true }));
    source.addEventListener("rights", (event) => receive({ held: event.data }));
    source.addEventListener("too-old", () => receive({ reload: true }));
    source.onerror = () => {
      receive({ line: "lost" });
      if (source.readyState === EventSource.CLOSED) setTimeout(() => open(last), 3000);
    };
  };
  open(message.after);
}

function receive(message) {
  if (message.line) body.dataset.line = message.line;
  if (message.reload) location.reload();
  // Asked anew, the house leads to the locked screen or to the sign-in, whichever it is, and back here afterwards.
  if (message.signedOut) leave();
  if (message.held) hold(message.held);
  if (message.hint) spread(message.hint);
}

// The stream says what its reader holds, by a fingerprint; the page knows the one it was made with. Where they differ the page
// is asked for anew, and again while the answer comes from a process that has not heard of the change yet.
const [ANEW, PATIENCE] = [400, 25];
let wanted = body.dataset.held;
let asking = false;

async function hold(held) {
  wanted = held;
  if (asking) return;
  asking = true;
  for (let tries = 0; body.dataset.held !== wanted && tries < PATIENCE; tries++) {
    if (tries || performance.now() < 2 * ANEW) await new Promise((done) => setTimeout(done, ANEW));
    await askAnew().catch(() => {});
  }
  asking = false;
}

// What this person may do has changed. A page that is no longer theirs says so at once, and why; any other stays as it is,
// with what was typed there, and only its menu is put right.
async function askAnew() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return location.reload();
  const page = new DOMParser().parseFromString(policy.createHTML(await answer.text()), "text/html");
  if (page.body.dataset.held !== wanted) return;
  body.dataset.held = wanted;
  const [menu, fresh] = [document.getElementById("side"), page.getElementById("side")];
  if (menu && fresh) menu.replaceWith(document.adoptNode(fresh));
  htmx.process(document.getElementById("side"));
  notice(phrase("wordsRightsChanged"));
}

// Whoever listens lets go of what would ask to stay: nobody stays on a page of a session that is over.
function leave() {
  document.dispatchEvent(new CustomEvent("omniwarden:signed-out"));
  location.assign(location.pathname + location.search);
}

function spread(hint) {
  const topics = new Set(hint.topics);
  for (const one of document.querySelectorAll("[data-topics]")) {
    if (!one.dataset.topics.split(" ").some((topic) => topics.has(topic))) continue;
    later(one, Number(one.dataset.patience ?? 0));
  }
  document.dispatchEvent(new CustomEvent("omniwarden:hint", { detail: hint }));
}

// Wide lists wait a little, at random: many screens that hear one hint do not all ask in the same instant.
const waiting = new WeakSet();
function later(element, patience) {
  if (waiting.has(element)) return;
  waiting.add(element);
  setTimeout(() => {
    waiting.delete(element);
    if (element.isConnected) element.dispatchEvent(new Event("live"));
  }, patience * Math.random());
}
