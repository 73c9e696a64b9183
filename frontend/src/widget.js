// For other people's pages: <script async src="https://HOUSE/static/widget.js" data-key="KEY"></script>
// Puts a round button at the corner; it opens the chat in a frame, apart from the page that hosts it.
const script = document.currentScript;
const house = new URL(script.src).origin;
const key = script.dataset.key;
const french = (document.documentElement.lang || navigator.language).startsWith("fr");
const label = french ? "Écrivez-nous" : "Write to us";

const place = (element, rules) => Object.assign(element.style, rules);
const button = document.createElement("button");
button.type = "button";
button.setAttribute("aria-expanded", "false");
button.setAttribute("aria-label", label);
button.textContent = "💬";
place(button, {
  position: "fixed", right: "20px", bottom: "20px", width: "56px", height: "56px", borderRadius: "50%", border: "0",
  background: "#3454c9", color: "#fff", fontSize: "24px", cursor: "pointer", zIndex: "2147483646", boxShadow: "0 4px 16px rgb(0 0 0 / 25%)",
});

let frame;
button.addEventListener("click", () => {
  if (!frame) {
    frame = document.createElement("iframe");
    frame.src = `${house}/chat/${encodeURIComponent(key)}/frame`;
    frame.title = label;
    place(frame, {
      position: "fixed", right: "20px", bottom: "88px", width: "min(380px, calc(100vw - 40px))", height: "min(580px, calc(100vh - 120px))",
      border: "0", borderRadius: "14px", zIndex: "2147483646", boxShadow: "0 8px 32px rgb(0 0 0 / 28%)", background: "#fff", display: "none",
    });
    document.body.append(frame);
  }
  const open = frame.style.display === "none";
  frame.style.display = open ? "block" : "none";
  button.setAttribute("aria-expanded", String(open));
});
document.body.append(button);
