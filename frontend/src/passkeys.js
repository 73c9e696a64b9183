// Passkeys: <form data-passkey="create|get" data-options="address"> fetches options, asks the authenticator, sends its answer.
import { notice, phrase } from "./notices.js";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.passkey || form.elements.credential.value) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  try {
    const answer = await fetch(form.dataset.options, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) throw new Error(await answer.text());
    const { ticket, options } = await answer.json();
    form.elements.ticket.value = ticket;
    form.elements.credential.value = JSON.stringify(await ask(form.dataset.passkey, options));
    form.submit();
  } catch (error) {
    form.elements.credential.value = "";
    delete form.dataset.sent;
    notice(error.name === "NotAllowedError" ? phrase("wordsPasskeyCancelled") : phrase("wordsPasskeyFailed"), true);
  }
}, true);

async function ask(kind, options) {
  const made = kind === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return made.toJSON();
}

if (!self.PublicKeyCredential) {
  document.querySelectorAll("form[data-passkey]").forEach((form) => (form.hidden = true));
}
