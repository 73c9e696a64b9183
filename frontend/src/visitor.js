// The visitor's side of a web chat. The token of the conversation lives in this browser's storage for this site alone.
const words = document.body.dataset;
const base = `/chat/${words.key}`;
const store = `omniwarden-chat-${words.key}`;
const log = document.getElementById("log");
const write = document.getElementById("write");
const start = document.getElementById("start");
const presence = document.getElementById("presence");
const shown = new Set();
let token = recall();
let pending = "";

function recall() {
  try {
    return localStorage.getItem(store);
  } catch {
    return null; // storage refused by the browser: the conversation lasts as long as the page
  }
}

function remember(value) {
  token = value;
  try {
    if (value) localStorage.setItem(store, value);
    else localStorage.removeItem(store);
  } catch {
    // as above
  }
}

const ask = (path, body) =>
  fetch(base + path, {
    method: body ? "POST" : "GET",
    headers: { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body && JSON.stringify(body),
    credentials: "omit",
    cache: "no-store",
  });

function line(kind, text, id) {
  if (id && shown.has(id)) return;
  if (id) shown.add(id);
  const paragraph = document.createElement("p");
  paragraph.className = kind;
  paragraph.textContent = text;
  log.append(paragraph);
  log.scrollTop = log.scrollHeight;
}

async function refresh() {
  const answer = await ask("/messages");
  if (answer.status === 401 || answer.status === 404) {
    remember(null);
    start.hidden = false;
    return false;
  }
  const { messages, state, agent } = await answer.json();
  for (const message of messages) line(message.kind, message.text, message.id);
  presence.textContent = state === "over" ? words.wordsOver : agent ? words.wordsJoined.replace("{name}", agent) : words.wordsWaiting;
  if (state === "over") {
    remember(null);
    return false;
  }
  return true;
}

// A stream of hints read by fetch: a token in a header, not in an address.
async function follow() {
  for (let wait = 500; token; wait = Math.min(wait * 2, 8000)) {
    try {
      if (!(await refresh())) return;
      const answer = await ask("/live");
      if (!answer.ok) throw new Error(String(answer.status));
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        wait = 500;
        if (value.includes("data:") && !(await refresh())) return;
      }
    } catch {
      presence.textContent = words.wordsLost;
    }
    await new Promise((done) => setTimeout(done, wait));
  }
}

write.addEventListener("submit", async (event) => {
  event.preventDefault();
  const box = write.elements.text;
  const text = box.value.trim();
  const button = write.querySelector("button");
  if (!text || button.disabled) return;
  button.disabled = true;
  pending ||= crypto.randomUUID();
  try {
    const fresh = !token;
    const body = fresh ? { name: start.elements.name.value.trim(), language: start.elements.language.value, text, once: pending } : { text, once: pending };
    const answer = await ask(fresh ? "/open" : "/messages", body);
    if (!answer.ok) throw new Error(String(answer.status));
    const sent = await answer.json();
    pending = "";
    box.value = "";
    if (fresh) {
      shown.clear();
      remember(sent.token);
      start.hidden = true;
      follow();
    } else {
      line("ours", text, sent.id);
    }
  } catch {
    presence.textContent = words.wordsFailed;
  }
  button.disabled = false;
  box.focus();
});
write.elements.text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    write.requestSubmit();
  }
});

if (token) {
  start.hidden = true;
  follow();
}
