// One stream of hints for all tabs of this browser. Keeps the last 500 for tabs that were rendered before its own position.
const KEPT = 500;
const ports = new Set();
const kept = [];
let source;
let path;
let position = 0;
let first = 0;
let state = "open";
let held;
let beat;
// The house says at least every 15 s that it is there; a line that says nothing for so long is dead, whatever the browser believes.
const SILENCE = 40_000;

onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => (data.hello ? welcome(port, data) : ports.delete(port));
  port.start();
};

function welcome(port, { after, path: wanted }) {
  ports.add(port);
  path = wanted;
  if (!source) {
    position = first = after;
    open();
    return;
  }
  port.postMessage({ line: state });
  if (held) port.postMessage({ held });
  if (after < first) port.postMessage({ reload: true });
  else for (const hint of kept) if (hint.index >= after) port.postMessage({ hint });
}

const tell = (message) => ports.forEach((port) => port.postMessage(message));

function listen() {
  clearTimeout(beat);
  beat = setTimeout(() => {
    change("lost");
    open();
  }, SILENCE);
}

function open() {
  source?.close();
  source = new EventSource(`${path}?after=${position}`);
  listen();
  source.onopen = () => change("open");
  source.addEventListener("here", listen);
  source.onmessage = (event) => {
    listen();
    const hint = JSON.parse(event.data);
    position = Number(event.lastEventId) + 1;
    if (!hint.topics.length) return;
    kept.push(hint);
    if (kept.length > KEPT) first = kept.shift().index + 1;
    tell({ hint });
  };
  source.addEventListener("signed-out", () => {
    source.close();
    clearTimeout(beat);
    source = held = undefined;
    kept.length = 0;
    tell({ signedOut: true });
  });
  source.addEventListener("rights", (event) => {
    held = event.data;
    tell({ held });
  });
  source.addEventListener("too-old", () => tell({ reload: true }));
  source.onerror = () => {
    change("lost");
    // After an answer that is not 200 the browser gives up for good: ask again ourselves.
    if (source?.readyState === EventSource.CLOSED) setTimeout(open, 3000);
  };
}

function change(next) {
  state = next;
  tell({ line: next });
}
