// Candidate slots of a proposal that stands: those left alone keep their id, the others are new or go (R28).
import { ApiProblem, call } from "./api.js";
import { part } from "./attendees.js";
import { Chooser } from "./chooser.js";
import { slotBody } from "./slots.js";
import { readPage } from "./page.js";
import { Rooms } from "./rooms.js";
import { slotText } from "./times.js";

const page = readPage();
const root = document.querySelector("[data-edit-slots]");
const given = page.edit.slots.map(({ id, start, end, room }) => ({ id, start: new Date(start), end: new Date(end), room }));
const rooms = new Rooms(page, {
  provider: () => page.edit.calendar,
  text: (slot) => slotText(slot, page.zone, page.language),
});
const chooser = new Chooser(root, page, { slots: given, attendees: page.edit.attendees, allowOverlap: false }, () => {}, rooms);
rooms.open({ ask: false }).then(() => chooser.showSlots());
for (const button of root.querySelectorAll("[data-attendees] .remove")) button.hidden = true;

const save = root.querySelector("[data-save]");
save.addEventListener("click", async () => {
  const slots = chooser.slots.list;
  if (slots.length === 0) return chooser.complain(page.t("error_no_slots"));
  save.setAttribute("aria-busy", "true");
  try {
    await call("PATCH", `/proposals/${encodeURIComponent(page.edit.id)}`, {
      body: {
        slots: slots.map((slot) => (slot.id ? { id: slot.id } : slotBody(slot))),
        send_mail: root.querySelector("[data-send-mail]")?.checked ?? false,
        allow_overlap: chooser.overlapBox.checked,
      },
      headers: { "if-match": page.edit.etag },
    });
    location.assign(`/proposals/${encodeURIComponent(page.edit.id)}?said=edited`);
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    refused(error, slots);
  } finally {
    save.removeAttribute("aria-busy");
  }
  return undefined;
});

document.querySelector("[data-reload]").addEventListener("click", () => location.reload());

function refused(problem, slots) {
  const sentences = problem.errors.map(({ pointer, detail }) => {
    const slot = slots[pointer.split("/")[2]];
    return slot ? `${slotText(slot, page.zone, page.language)}: ${detail}` : detail;
  });
  const stale = problem.code === "version_mismatch";
  if (sentences.length === 0) sentences.push(problem.status === 0 ? page.t("network") : stale ? page.t("stale_text") : problem.message);
  const summary = document.querySelector("[data-errors]");
  summary.querySelector("ul").replaceChildren(...sentences.map((words) => part("li", "", words)));
  summary.querySelector("[data-reload]").hidden = !stale;
  summary.hidden = false;
  summary.focus();
}
