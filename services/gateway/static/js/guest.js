// The guest's page: everything works without this; it shows the browser's zone, copies, follows what can be
// chosen, and waits for the link.
import { enableCopying } from "./copying.js";
import { follow } from "./live.js";
import { addressOfStep, forgetTyped, keepTyped } from "./typed.js";

document.documentElement.classList.add("scripted");
enableCopying(document);

const form = document.querySelector("[data-confirm-form]");
const zonePicker = document.querySelector("[data-zone]");
if (zonePicker) {
  zonePicker.addEventListener("change", () => showIn(zonePicker.value));
  adoptBrowserZone();
}

follow(document.getElementById("main"), () => showIn(zonePicker.value));

const shown = document.querySelector("[data-shown-zone]");
if (shown) {
  const own = ownZone();
  const url = new URL(location.href);
  const { zoneName, shownZone } = shown.dataset;
  if (own && !url.searchParams.has(zoneName) && own !== shownZone) {
    url.searchParams.set(zoneName, own);
    location.replace(url);
  }
}

const meeting = document.querySelector("#meeting[data-waiting]");
if (meeting) waitForLink(Date.now());
if (document.querySelector("[data-unpaid]")) waitForPayment(Date.now());

if (form?.dataset.typed) {
  keepTyped(form);
  addressOfStep();
}
if (document.querySelector("[data-booked]")) forgetTyped();

const buttons = () => [...(form?.elements ?? [])].filter(({ type }) => type === "submit");
form?.addEventListener("submit", (event) => {
  const pressed = event.submitter?.matches("button") ? event.submitter : form.querySelector("button[type=submit]");
  pressed.setAttribute("aria-busy", "true");
  setTimeout(() => { for (const button of buttons()) button.disabled = true; });
});
window.addEventListener("pageshow", () => {
  for (const button of buttons()) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
});

function ownZone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function adoptBrowserZone() {
  const asked = new URLSearchParams(location.search).has("tz");
  const own = ownZone();
  if (asked || !own || own === zonePicker.value) return;
  showIn(own);
}

// The server alone writes times: ask it for the same page in another zone and take over what shows times. Answers
// whether there were any.
async function showIn(zone) {
  const url = new URL(form.action);
  url.searchParams.set("tz", zone);
  const page = await load(url);
  if (!page || !page.querySelector("#slots")) return false;
  const chosen = document.querySelector("input[name=slot_id]:checked")?.value;
  const focused = document.activeElement?.name === "slot_id" ? document.activeElement.value : null;
  document.querySelector("#slots").replaceWith(page.querySelector("#slots"));
  const picker = page.querySelector("[data-zone]");
  const shown = picker.value;
  zonePicker.replaceChildren(...picker.children);
  zonePicker.value = shown;
  document.querySelector(".confirm .hint").replaceWith(page.querySelector(".confirm .hint"));
  form.action = url.pathname + url.search;
  history.replaceState(null, "", url);
  const inputs = [...document.querySelectorAll("input[name=slot_id]")];
  const again = inputs.find((input) => input.value === chosen);
  if (again) again.checked = true;
  if (focused) (inputs.find((input) => input.value === focused) ?? inputs[0]).focus({ preventScroll: true });
  return true;
}

async function load(url) {
  try {
    const answer = await fetch(url, { headers: { accept: "text/html" } });
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null;
  }
}

// Paid a moment ago, maybe in another window: the page is another one as soon as Stripe has said so.
function waitForPayment(since) {
  setTimeout(async () => {
    const page = await load(location.href);
    if (page?.querySelector("[data-shown-zone]") && !page.querySelector("[data-unpaid]")) location.reload();
    else waitForPayment(since);
  }, pauseSince(since));
}

function pauseSince(since) {
  return Date.now() - since < 30_000 ? 2_000 : 10_000;
}

function waitForLink(since) {
  setTimeout(async () => {
    const page = await load(location.href);
    const fresh = page?.querySelector("#meeting");
    if (fresh && !fresh.hasAttribute("data-waiting")) {
      document.querySelector("#meeting").replaceChildren(...fresh.children);
      enableCopying(document);
    } else {
      waitForLink(since);
    }
  }, pauseSince(since));
}
