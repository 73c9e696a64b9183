// A log file goes to the house in parts, each with its digest; a broken line is waited for, and after a reload the same file goes on.
import { policy } from "./guard.js";

const form = () => document.getElementById("upload-form");
const HEAD = 131072;
const MEGABYTE = 1048576;
const PATIENCE = [1000, 2000, 5000, 10000, 20000];
let going = false;

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function problem(text) {
  const box = document.getElementById("upload-problem");
  box.textContent = text;
  box.hidden = !text;
}

function tell(done, all, word = "sending") {
  const box = document.getElementById("upload-going");
  const text = document.getElementById("upload-told");
  box.hidden = false;
  document.getElementById("upload-bar").value = all ? done / all : 0;
  const told = text.dataset[word]
    .replace("{done}", Math.floor(done / MEGABYTE).toLocaleString(document.documentElement.lang))
    .replace("{all}", Math.ceil(all / MEGABYTE).toLocaleString(document.documentElement.lang));
  if (text.textContent !== told) text.textContent = told;
}

async function digest(bytes) {
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...found].map((one) => one.toString(16).padStart(2, "0")).join("");
}

// A refusal is told and ends it; a line that breaks, or a house that is down, is waited for.
async function ask(address, options, retold = () => {}) {
  for (let turn = 0; ; turn += 1) {
    try {
      const answer = await fetch(address, options);
      if (answer.status === 401 || answer.redirected) {
        location.reload();
        return new Promise(() => {});
      }
      if (answer.ok || answer.status === 409 || answer.status === 422) return [answer.status, await answer.json()];
    } catch {
      // no line: tried again below
    }
    retold();
    await wait(PATIENCE[Math.min(turn, PATIENCE.length - 1)]);
  }
}

async function begin(file) {
  const box = form();
  if (box.dataset.uploadId) {
    const [, told] = await ask(`/firewalls/uploads/${box.dataset.uploadId}/parts`, {});
    if (told.size === file.size) return told;
    problem(document.getElementById("upload-problem").dataset.other);
    return null;
  }
  const asked = new URLSearchParams({ name: file.name, size: file.size, modified: file.lastModified });
  for (const name of ["zone", "year"]) asked.set(name, box.elements[name].value);
  if (box.elements.partial.checked) asked.set("partial", "on");
  const [status, told] = await ask(box.dataset.upload, { method: "POST", body: asked });
  if (status !== 200) {
    problem(told.why);
    return null;
  }
  // From now on a reload finds this file again.
  box.dataset.uploadId = told.id;
  history.replaceState(null, "", `/firewalls/uploads/${told.id}`);
  return told;
}

async function send(file) {
  const told = await begin(file);
  if (!told) return;
  const held = new Map(told.held);
  let done = 0;
  for (let number = 0; number * told.part < file.size; number += 1) {
    const bytes = await file.slice(number * told.part, (number + 1) * told.part).arrayBuffer();
    const sum = await digest(bytes);
    if (held.get(number) !== sum) {
      const options = { method: "POST", headers: { "content-type": "application/octet-stream" }, body: bytes };
      const address = `/firewalls/uploads/${told.id}/parts/${number}?sha256=${sum}`;
      const [status, answer] = await ask(address, options, () => tell(done, file.size, "waiting"));
      if (status !== 200) {
        problem(answer.why);
        return;
      }
    }
    done += bytes.byteLength;
    tell(done, file.size);
  }
  tell(file.size, file.size, "finishing");
  const last = document.createElement("form");
  last.method = "post";
  last.action = `/firewalls/uploads/${told.id}/finish`;
  document.body.append(last);
  going = false;
  last.submit();
}

async function preview() {
  const box = form();
  const target = document.getElementById("upload-preview");
  const [file] = box.elements.file.files;
  if (!target || !file) return;
  const asked = new FormData();
  asked.set("zone", box.elements.zone.value);
  asked.set("year", box.elements.year.value);
  asked.set("modified", file.lastModified);
  asked.set("head", file.slice(0, HEAD), "head");
  const answer = await fetch(`${box.dataset.upload}/preview`, { method: "POST", body: asked });
  if (answer.ok && !answer.redirected) target.innerHTML = policy.createHTML(await answer.text());
}

document.addEventListener("change", (event) => {
  if (event.target.form?.id === "upload-form") {
    problem("");
    preview();
  }
});

document.addEventListener("submit", async (event) => {
  if (event.target.id !== "upload-form") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (going) return;
  if (!globalThis.crypto?.subtle) {
    problem(document.getElementById("upload-problem").dataset.insecure);
    return;
  }
  going = true;
  problem("");
  const button = document.getElementById("upload-send");
  button.disabled = true;
  try {
    await send(event.target.elements.file.files[0]);
  } catch (fault) {
    problem(fault.message); // the file was changed or taken away while it was read
  } finally {
    going = false;
    button.disabled = false;
  }
}, true);

addEventListener("beforeunload", (event) => {
  if (going) event.preventDefault();
});
