// The browser telephone: registers through /phone with a one-time credential, rings, speaks. It lives in #phone, outside #main,
// so that it goes on while pages change. One tab of the browser holds it at a time. It answers to window.omniPhone and tells
// phone:registered, phone:unregistered, phone:ringing, phone:connected and phone:ended on the document.
import JsSIP from "jssip";

const bar = document.getElementById("phone");
const NO_MORE = [4401, 4403]; // the session is over; no phone for this person
const LONGEST_PAUSE = 15_000;
const BUSY_HERE = 486;
const DECLINED = 603;

let ua = null;
let call = null; // the one JsSIP session
let pause = 1000;
let ringer = null;
let seenWrapUp = Boolean(bar?.querySelector("#phone-finish"));
const title = { own: "", flashing: null };

const part = (name) => bar.querySelector(`[data-phone="${name}"]`);
const tell = (name, detail = {}) => document.dispatchEvent(new CustomEvent(`phone:${name}`, { detail }));

function show(state, note = "") {
  bar.dataset.state = state;
  const place = part("note");
  if (place && note) place.textContent = note;
}

function since(moment) {
  const timer = part("timer");
  if (timer) timer.dataset.since = moment.toISOString();
}

function resting() {
  if (bar.querySelector("#phone-finish")) return "wrap-up";
  return ua?.isRegistered() ? "idle" : "broken";
}

// --- the line to the house ---

async function credential() {
  const answer = await fetch(bar.dataset.credential, { method: "POST", headers: { Accept: "application/json" } });
  if (answer.status === 401 || answer.status === 403) return null;
  if (!answer.ok) throw new Error(`no credential: ${answer.status}`);
  return answer.json();
}

async function register() {
  drop();
  let ticket;
  try {
    ticket = await credential();
  } catch {
    return again();
  }
  if (ticket === null) return show("off");
  const address = new URL(bar.dataset.socket, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const made = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(address.href)],
    uri: `sip:${ticket.username}@${address.hostname}`,
    authorization_user: ticket.username,
    password: ticket.password,
    realm: ticket.realm,
    register_expires: 60,
    session_timers: false,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 3,
  });
  made.on("registered", () => {
    pause = 1000;
    if (!call) show(resting());
    tell("registered");
  });
  made.on("unregistered", () => tell("unregistered"));
  made.on("registrationFailed", ({ response }) => {
    tell("unregistered");
    if (!call) show("broken", bar.dataset.wordsBroken);
    if (response && ua === made) again(); // refused: the credential is void, or Asterisk began anew
  });
  made.on("disconnected", ({ code }) => {
    tell("unregistered");
    if (NO_MORE.includes(code)) {
      drop();
      return show("off");
    }
    if (!call) show("broken", bar.dataset.wordsBroken);
  });
  made.on("newRTCSession", ({ session, originator }) => {
    if (originator === "remote") incoming(session);
  });
  ua = made;
  made.start();
}

function again() {
  if (!call) show("broken", bar.dataset.wordsBroken);
  setTimeout(register, pause * (0.5 + Math.random() / 2));
  pause = Math.min(pause * 2, LONGEST_PAUSE);
}

function drop() {
  const old = ua;
  ua = null;
  old?.removeAllListeners();
  old?.stop();
}

// --- a call ---

function incoming(session) {
  if (call) return session.terminate({ status_code: BUSY_HERE });
  call = session;
  // The house names the conversation, never the caller's number; who it is stands in the facts that the page fetches.
  const conversation = session.remote_identity.uri.user;
  since(new Date());
  show("ringing");
  ring();
  tell("ringing", { conversation });
  session.on("peerconnection", ({ peerconnection }) => hear(peerconnection));
  session.on("confirmed", () => {
    quiet();
    since(new Date());
    show("connected");
    tell("connected");
  });
  session.on("hold", mark);
  session.on("unhold", mark);
  session.on("muted", mark);
  session.on("unmuted", mark);
  session.on("ended", ({ cause }) => over("ended", cause));
  session.on("failed", ({ cause }) => over("failed", cause));
}

function hear(connection) {
  connection.addEventListener("track", ({ track, streams }) => {
    const audio = document.getElementById("phone-audio");
    audio.srcObject = streams[0] ?? new MediaStream([track]);
    audio.play().catch(() => show(bar.dataset.state, bar.dataset.wordsMicrophone));
  });
}

function over(how, cause) {
  const spoke = how === "ended";
  call = null;
  quiet();
  mark();
  const audio = document.getElementById("phone-audio");
  if (audio) audio.srcObject = null;
  seenWrapUp = Boolean(bar.querySelector("#phone-finish"));
  since(new Date());
  show(spoke ? "wrap-up" : resting());
  if (cause === JsSIP.C.causes.USER_DENIED_MEDIA_ACCESS) show("broken", bar.dataset.wordsMicrophone);
  tell("ended", { cause, spoke });
}

function mark() {
  const held = Boolean(call?.isOnHold().local);
  const muted = Boolean(call?.isMuted().audio);
  bar.querySelector('[data-do="mute"]')?.setAttribute("aria-pressed", String(muted));
  bar.querySelector('[data-do="hold"]')?.setAttribute("aria-pressed", String(held));
  if (call?.isEstablished()) show(held ? "held" : "connected");
}

// --- ringing: two tones, and the title ---

function ring() {
  title.own = document.title;
  title.flashing = setInterval(() => {
    document.title = document.title === title.own ? `${bar.dataset.wordsRinging ?? ""} · ${title.own}` : title.own;
  }, 1000);
  const sound = new AudioContext();
  const level = sound.createGain();
  level.gain.value = 0;
  level.connect(sound.destination);
  for (const frequency of [440, 480]) {
    const tone = sound.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(level);
    tone.start();
  }
  const beat = setInterval(() => {
    const now = sound.currentTime;
    level.gain.setTargetAtTime(0.12, now, 0.02);
    level.gain.setTargetAtTime(0, now + 0.8, 0.02);
  }, 2000);
  ringer = { sound, beat };
}

function quiet() {
  if (title.flashing) {
    clearInterval(title.flashing);
    title.flashing = null;
    document.title = title.own;
  }
  if (!ringer) return;
  clearInterval(ringer.beat);
  ringer.sound.close();
  ringer = null;
}

// --- what the desk and its buttons ask ---

const omniPhone = {
  answer() {
    if (!call || call.isEstablished()) return;
    call.answer({ mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } });
  },
  decline: () => call?.terminate({ status_code: DECLINED }),
  hangup: () => call?.terminate(),
  mute: () => (call?.isMuted().audio ? call.unmute({ audio: true }) : call?.mute({ audio: true })),
  hold: () => (call?.isOnHold().local ? call.unhold() : call?.hold()),
  dtmf: (digit) => call?.sendDTMF(digit, { transportType: "RFC2833" }),
  get state() {
    return bar.dataset.state;
  },
};

const DO = { answer: "answer", decline: "decline", mute: "mute", hold: "hold", "hang-up": "hangup" };

function listen() {
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.digit) omniPhone.dtmf(button.dataset.digit);
    const wanted = DO[button?.dataset.do];
    if (wanted) omniPhone[wanted]();
  });
  // Work after the call is over once its form has come and gone.
  document.addEventListener("htmx:after:swap", () => {
    if (bar.dataset.state !== "wrap-up") return;
    const form = bar.querySelector("#phone-finish");
    if (!form && seenWrapUp) show(resting());
    seenWrapUp = Boolean(form);
  });
  // A page that is left or loaded anew ends its sound, not the call: the house keeps the caller and rings the next page.
  addEventListener("beforeunload", (event) => {
    if (call?.isEstablished()) event.preventDefault();
  });
  // With the session the telephone is gone: nobody is asked to stay, and the caller, who is the house's, is not hung up on.
  document.addEventListener("omniwarden:signed-out", () => {
    call = null;
    quiet();
  });
}

if (bar) {
  window.omniPhone = omniPhone;
  JsSIP.debug.disable();
  listen();
  show("off");
  // One tab holds the phone; the others wait for it. Where locks are missing, each tab is on its own.
  const hold = () => {
    register();
    return new Promise(() => {});
  };
  if (navigator.locks) navigator.locks.request("omniwarden-phone", hold);
  else hold();
}
