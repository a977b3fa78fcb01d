// The open page follows what can still be chosen (X10): asked every ten seconds while it is visible, changing nothing.
import { announce } from "./copying.js";

const EVERY = 10_000;

// `showAgain` loads the page anew and takes over what shows times; it answers false where the page is another one now.
export function follow(main, showAgain) {
  const { token, live } = main.dataset;
  if (!token || !live) return;
  const path = `/api/v1/guest/proposals/${token}`;
  let tag = null;
  let askedAt = Date.now();
  if (live === "open") whenVisible(() => fetch(`${path}/seen`, { method: "POST", keepalive: true }).catch(() => {}));
  document.addEventListener("visibilitychange", () => { if (Date.now() - askedAt >= EVERY) ask(); });
  setInterval(ask, EVERY);

  async function ask() {
    if (document.hidden) return;
    askedAt = Date.now();
    try {
      const answer = await fetch(path, { headers: tag ? { "if-none-match": tag } : {}, cache: "no-store" });
      if (answer.status !== 200) return;
      const now = await answer.json();
      tag = answer.headers.get("etag");
      if (live === "open") await compare(now);
      else if (now.status === "confirmed" || now.slots.length > 0) offerAgain(main);
    } catch {
      // Away for a moment: what is shown stays, and confirming looks again anyway.
    }
  }

  async function compare(now) {
    const shown = choices(main);
    const ids = new Set(now.slots.map(({ id }) => id));
    if (now.status === "open" && ids.size === shown.size && [...shown.keys()].every((id) => ids.has(id))) return;
    if (now.status !== "open" || ids.size === 0 || !(await showAgain())) {
      location.replace(location.href);
      return;
    }
    tell(main, shown, choices(main));
  }
}

// What the page offers: id to its words and whether it is chosen.
function choices(main) {
  return new Map([...main.querySelectorAll("input[name=slot_id]")].map((input) => {
    const time = input.closest(".choice").querySelector(".choice-time").textContent;
    const day = input.closest(".day").getAttribute("aria-label");
    return [input.value, { words: `${day} ${time}`, chosen: input.checked }];
  }));
}

function tell(main, before, after) {
  const notice = main.querySelector("[data-live-notice]");
  const gone = [...before].filter(([id]) => !after.has(id)).map(([, choice]) => choice);
  const { gone: words, goneChosen, added, comma } = notice.dataset;
  const chosen = gone.filter((choice) => choice.chosen);
  const named = (chosen.length ? chosen : gone).map((choice) => choice.words).join(comma);
  const sentence = gone.length ? (chosen.length ? goneChosen : words).replace("{slots}", named) : added;
  notice.firstElementChild.textContent = sentence;
  notice.hidden = false;
  announce(sentence);
}

// Where nothing was typed the page shows them by itself.
function offerAgain(main) {
  if (![...main.querySelectorAll("textarea")].some((field) => field.value)) location.replace(location.href);
  else main.querySelector("[data-live-notice]").hidden = false;
}

function whenVisible(work) {
  if (!document.hidden) work();
  else document.addEventListener("visibilitychange", () => whenVisible(work), { once: true });
}
