// A trial mail's page: told of once, when a person is there. A filter that opens links neither moves, touches nor types.
const form = document.querySelector("form[data-trial]");

if (form) {
  const signs = ["pointermove", "pointerdown", "wheel", "touchstart", "keydown"];
  const told = (event) => {
    if (!event.isTrusted) return;
    for (const sign of signs) removeEventListener(sign, told, true);
    fetch(form.action, { method: "POST", redirect: "manual", keepalive: true }).catch(() => {}); // the button tells it too
  };
  for (const sign of signs) addEventListener(sign, told, { capture: true, passive: true });
}
