// Passkeys: <form data-passkey="create|get" data-options="address"> fetches options, asks the authenticator, sends its answer.
// With data-autofill the browser also offers its passkeys in the field marked autocomplete="... webauthn", without being asked.
import { notice, phrase } from "./notices.js";

const FRESH = 4 * 60_000; // a challenge is good for five minutes; the offer is made again before
let offer = null;

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.passkey || form.elements.credential.value) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  withdraw(); // a browser asks one question at a time
  try {
    await answer(form, {});
  } catch (error) {
    form.elements.credential.value = "";
    delete form.dataset.sent;
    notice(error.name === "NotAllowedError" ? phrase("wordsPasskeyCancelled") : phrase("wordsPasskeyFailed"), true);
    begin(form);
  }
}, true);

async function answer(form, how) {
  const fetched = await fetch(form.dataset.options, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: how.signal });
  if (!fetched.ok) throw new Error(await fetched.text());
  const { ticket, options } = await fetched.json();
  const credential = JSON.stringify(await ask(form.dataset.passkey, options, how));
  form.elements.ticket.value = ticket;
  form.elements.credential.value = credential;
  form.submit();
}

async function ask(kind, options, how) {
  const made = kind === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options), ...how })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), ...how });
  return made.toJSON();
}

async function begin(form) {
  if (!("autofill" in form.dataset) || !(await self.PublicKeyCredential?.isConditionalMediationAvailable?.())) return;
  withdraw();
  const mine = (offer = new AbortController());
  setTimeout(() => offer === mine && begin(form), FRESH);
  try {
    await answer(form, { mediation: "conditional", signal: mine.signal });
  } catch (error) {
    if (offer === mine && error.name !== "AbortError") offer = null; // not offered; the button and the password are there
  }
}

function withdraw() {
  offer?.abort();
  offer = null;
}

if (self.PublicKeyCredential) {
  document.querySelectorAll("form[data-passkey][data-autofill]").forEach(begin);
} else {
  document.querySelectorAll("form[data-passkey]").forEach((form) => (form.hidden = true));
}
