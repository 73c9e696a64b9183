// Running times: <span data-since="ISO"> counts up, <span data-until="ISO"> counts down. The server's clock is the reference.
const skew = Date.parse(document.body.dataset.now ?? "") - Date.now() || 0;

const two = (value) => String(value).padStart(2, "0");
function written(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function tick() {
  const now = Date.now() + skew;
  for (const one of document.querySelectorAll("[data-since]")) one.textContent = written((now - Date.parse(one.dataset.since)) / 1000);
  for (const one of document.querySelectorAll("[data-until]")) {
    const left = (Date.parse(one.dataset.until) - now) / 1000;
    one.textContent = written(left);
    if (left <= 0 && "reload" in one.dataset) location.reload();
  }
}
tick();
setInterval(tick, 1000);
document.addEventListener("htmx:after:swap", tick);
