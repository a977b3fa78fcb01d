// 候補を3つ提案 (X12): the earliest common free times on different days of the organization's zone, as long as the last
// chosen one, else an hour.
import { ApiProblem, call } from "./api.js";
import { announce } from "./copying.js";
import { dateInput, instantOf, iso } from "./times.js";

const DAY = 24 * 3_600_000;

export function wireSuggestions(root, page, chooser) {
  const button = root.querySelector("[data-suggest]");
  button?.addEventListener("click", async () => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      await fill(root, page, chooser);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      chooser.complain(error.status === 0 ? page.t("network") : error.message);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

async function fill(root, page, chooser) {
  const last = chooser.slots.list.at(-1);
  const day = dateInput(new Date((last?.start ?? page.now()).getTime() + DAY), page.office_zone);
  const query = new URLSearchParams({
    staff_ids: chooser.attendees.chosen.map(({ id }) => id).join(","),
    minutes: last ? (last.end - last.start) / 60_000 : 60,
    count: 3,
    kind: root.querySelector("[name=kind]:checked")?.value ?? "web",
    from: iso(instantOf(day, "00:00", page.office_zone)),
  });
  const { slots, unreadable } = await call("GET", `/calendar/suggestions?${query}`);
  const added = slots.map(({ start, end }) => ({ start: new Date(start), end: new Date(end) }));
  for (const slot of added) chooser.add(slot);
  const names = chooser.attendees.chosen.filter(({ id }) => unreadable.includes(id)).map(({ name }) => name);
  if (names.length) chooser.complain(page.t("suggest_unreadable", { names: names.join(page.t("list_comma")) }));
  else if (added.length === 0) chooser.complain(page.t("suggest_none"));
  else {
    chooser.grid.show(chooser.slots.list, chooser.calendars);
    announce(page.t("suggested", { n: added.length }));
  }
}
