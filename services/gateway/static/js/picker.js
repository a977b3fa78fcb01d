// Choosing a time: everything works without this; it shows the browser's zone, and turns months and days without
// loading the page anew. The server alone writes times.

import { addressOfStep } from "./typed.js";

document.documentElement.classList.add("scripted");

const picker = () => document.querySelector("[data-picker]");
const typedAlong = picker().method === "post";

if (typedAlong) {
  addressOfStep(picker().querySelector("[data-zone]").value);
} else {
  adoptBrowserZone();
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-picker] a[data-key]:not(.time)");
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    turn(link.href, link.dataset.key);
  });
  addEventListener("popstate", () => turn(location.href, "", false));
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-zone]")) picker().requestSubmit(picker().querySelector("[data-without-script]"));
});

function adoptBrowserZone() {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const url = new URL(location.href);
  if (!own || url.searchParams.has("time_zone")) return;
  url.searchParams.set("time_zone", own);
  if (own === picker().querySelector("[data-zone]").value) history.replaceState(null, "", url);
  else location.replace(url);
}

async function turn(address, key, remember = true) {
  picker().setAttribute("aria-busy", "true");
  const fresh = await load(address);
  if (!fresh) {
    location.assign(address);
    return;
  }
  picker().replaceWith(fresh);
  if (remember) history.pushState(null, "", address);
  const focused = picker().querySelector(`[data-key="${key}"]`) ?? (key ? picker().querySelector("#month-heading") : null);
  focused?.focus({ preventScroll: true });
}

async function load(address) {
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-picker]");
  } catch {
    return null;
  }
}
