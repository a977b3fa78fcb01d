// A new proposal in two steps on one page; nothing typed is lost by going back, reloading or being refused.
import { ApiProblem, call } from "./api.js";
import { Check } from "./check.js";
import { Chooser } from "./chooser.js";
import { Draft } from "./draft.js";
import { readPage } from "./page.js";
import { remembered } from "./remembered.js";
import { Rooms } from "./rooms.js";
import { iso, slotText } from "./times.js";

const page = readPage();
const root = document.querySelector("[data-propose]");
const draft = new Draft(page.me.id, {
  kind: page.defaults.kind,
  slots: [],
  attendees: [page.me],
  organizer_id: "",
  platform: page.defaults.platform,
  title: "",
  company: "",
  name: "",
  email: "",
  send_mail: true,
  guidance: page.defaults.guidance,
  note: "",
  visibility: page.defaults.visibility,
  expires_at: "",
  address: "",
  allow_overlap: false,
});
draft.values.slots = draft.values.slots.filter((slot) => slot.start > page.now());

const rooms = new Rooms(page, {
  provider: () => {
    const { attendees, organizer_id: organizer } = draft.values;
    return (attendees.find(({ id }) => id === organizer) ?? attendees[0]).calendar ?? null;
  },
  text: (slot) => slotText(slot, page.zone, page.language),
});
const chooser = new Chooser(
  root,
  page,
  { slots: draft.values.slots, attendees: draft.values.attendees, allowOverlap: draft.values.allow_overlap },
  () => {
    draft.set({
      slots: chooser.slots.list, attendees: chooser.attendees.chosen, allow_overlap: chooser.overlapBox.checked,
    });
    offerRegistering(chooser.slots.list);
  },
  rooms,
);
offerRegistering(chooser.slots.list);
rooms.open().then(() => chooser.showSlots());
const check = new Check(root.querySelector("[data-step=check]"), page, draft, { send, preview, guestPage });

const kinds = [...root.querySelectorAll("[name=kind]")];
const showRemembered = remembered(root.querySelector(".modes"), page.defaults, {
  value: () => draft.values.kind,
  set: (_, kind) => {
    chooseKind(kind);
    kinds.find((input) => input.checked).focus();
  },
});
for (const input of kinds) input.addEventListener("change", () => chooseKind(input.value));
chooseKind(draft.values.kind);
root.querySelector("[data-restored]").hidden = !draft.restored;
root.querySelector("[data-discard]").addEventListener("click", () => {
  draft.forget();
  location.assign(location.pathname);
});
root.querySelector("[data-to-check]").addEventListener("click", () => {
  if (chooser.slots.list.length === 0) {
    chooser.complain(page.t("error_no_slots"));
    root.querySelector("[data-slot-error]").focus();
    return;
  }
  history.pushState({}, "", "#check");
  showStep();
});
root.querySelector("[data-to-slots]").addEventListener("click", () => {
  history.pushState({}, "", "#slots");
  showStep();
});
window.addEventListener("popstate", showStep);
showStep(false);

// One time leaves nothing to choose: it can be registered as it is (E2).
function offerRegistering(slots) {
  const link = root.querySelector("[data-register]");
  link.hidden = slots.length !== 1;
  if (slots.length === 1) link.href = `/appointments/new?${new URLSearchParams({ start: iso(slots[0].start), end: iso(slots[0].end) })}`;
}

function chooseKind(kind) {
  draft.set({ kind });
  for (const input of kinds) input.checked = input.value === kind;
  root.dataset.kind = kind;
  check.kindChanged();
  showRemembered();
}

function showStep(moved = true) {
  const checking = location.hash === "#check" && chooser.slots.list.length > 0;
  for (const step of root.querySelectorAll("[data-step]")) {
    step.hidden = step.dataset.step !== (checking ? "check" : "slots");
  }
  for (const mark of document.querySelectorAll("[data-step-mark]")) {
    const here = mark.dataset.stepMark === (checking ? "check" : "slots");
    if (here) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  }
  if (checking) check.show();
  if (moved) {
    window.scrollTo(0, 0);
    document.getElementById("main").focus({ preventScroll: true });
  }
}

let last = { text: "", key: "" };

// The same body sent again after a lost answer carries the same key, so that it is one proposal (G8).
function keyFor(body) {
  const text = JSON.stringify(body);
  if (last.text !== text) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    last = { text, key: [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
  }
  return last.key;
}

async function send(body) {
  try {
    const made = await call("POST", "/proposals", { body, headers: { "idempotency-key": keyFor(body) } });
    draft.forget();
    location.assign(`/proposals/${encodeURIComponent(made.id)}/sent`);
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.status !== 0) last = { text: "", key: "" };
    check.refused(error);
  }
}

// A page and no part of the API, asked with the same token.
async function guestPage(body) {
  const csrf = document.querySelector("meta[name=csrf-token]").content;
  const headers = { "content-type": "application/json", "x-csrf-token": csrf };
  let answer;
  try {
    answer = await fetch("/proposals/guest-page", { method: "POST", headers, body: JSON.stringify(body) });
  } catch {
    throw new ApiProblem(0, {});
  }
  if (!answer.ok) throw new ApiProblem(answer.status, await answer.json().catch(() => ({})));
  return answer.text();
}

function preview(body) {
  return call("POST", "/proposals/preview", { body });
}
