// Step one: grid, chosen slots as chips, attendees, and the way without a mouse. Shared by new proposals and edits.
import { ApiProblem, call } from "./api.js";
import { Arrangement } from "./arrangement.js";
import { Attendees, part } from "./attendees.js";
import { announce, copyFrom, reserve } from "./copying.js";
import { Explain } from "./explain.js";
import { Grid } from "./grid.js";
import { Slots, overlap } from "./slots.js";
import { wireSuggestions } from "./suggestions.js";
import { dayText, hours, iso, slotText, spanOf } from "./times.js";

export class Chooser {
  // `given`: {slots, attendees, allowOverlap}; `changed` is told after every change; `rooms` asks for a slot's room.
  constructor(root, page, given, changed, rooms) {
    this.rooms = rooms;
    this.root = root;
    this.page = page;
    this.changed = changed;
    this.calendars = [];
    this.seen = new Map();
    this.overlapBox = root.querySelector("[data-overlap]");
    if (this.overlapBox) this.overlapBox.checked = given.allowOverlap;
    this.slots = new Slots(given.slots, {
      zone: page.zone, now: page.now, busy: () => this.taken(), changed: () => this.slotsChanged(),
    });
    this.attendees = new Attendees(root.querySelector("[data-attendees]"), {
      page, chosen: given.attendees, changed: () => this.attendeesChanged(),
    });
    this.explain = new Explain(page);
    this.wireToolbar();
    this.wireByHand();
    wireSuggestions(root, page, this);
    this.grid = new Grid(root.querySelector("[data-grid]"), {
      page,
      beside: page.view === "side_by_side",
      attendees: () => this.attendees.chosen.length,
      select: (slot) => this.add(slot),
      visible: (from, to) => this.look(from, to),
      pressed: (person, span) => this.explain.show(person, span),
      tapped: () => Number(root.querySelector("[data-tap-length]").value) / 30,
    });
    this.arrangement = new Arrangement(root, page.view, (beside) => {
      this.grid.arrange(beside);
      this.paint();
    });
    this.arrangement.offer(given.attendees.length);
    this.showSlots();
    this.showPeriod();
    this.paint();
  }

  showPeriod() {
    const [from, to] = this.grid.period(...this.window);
    this.root.querySelector("[data-period]").replaceChildren(part("span", "whole", from), " ", part("span", "whole", to));
    for (const button of this.root.querySelectorAll("[data-move]")) {
      const key = { "-1": "prev", 1: "next" }[button.dataset.move];
      const step = { 1: "_day", 7: "" }[this.grid.days] ?? "_days";
      if (key) button.ariaLabel = button.title = this.page.t(`${key}${step}`, { n: this.grid.days });
    }
  }

  text(slot) {
    return slotText(slot, this.page.zone, this.page.language);
  }

  // Spans that may not be offered: confirmed appointments never, the others unless overlapping is allowed (G2).
  taken() {
    const free = this.overlapBox?.checked;
    return this.calendars.flatMap(({ busy }) => busy).filter(({ kind }) => !free || kind === "appointment");
  }

  // Why it was refused, or null after adding.
  add(slot) {
    const refused = this.slots.add(slot);
    this.complain(refused ? this.page.t(refused) : "");
    if (!refused) {
      announce(this.page.t("slot_added", { slot: this.text(slot) }));
      if (this.rooms.offered) this.chooseRoom(slot);
    }
    return refused;
  }

  // A slot's room does not change under its id: with another one it is a new slot.
  async chooseRoom(slot) {
    const room = await this.rooms.ask(slot);
    if (room === undefined || (room?.id ?? null) === (slot.room?.id ?? null)) return;
    slot.room = room;
    delete slot.id;
    this.slotsChanged();
  }

  complain(sentence) {
    const place = this.root.querySelector("[data-slot-error]");
    place.textContent = sentence;
    place.hidden = !sentence;
  }

  slotsChanged() {
    this.showSlots();
    this.paint();
    this.changed();
  }

  showSlots() {
    const list = this.root.querySelector("[data-slots]");
    list.replaceChildren(...this.slots.list.map((slot) => this.chip(slot)));
    this.root.querySelector("[data-slots-none]").hidden = this.slots.list.length > 0;
    this.root.querySelector("[data-copy-slots]").disabled = this.slots.list.length === 0;
    this.root.querySelector("[data-slot-count]").textContent = this.slots.list.length || "";
  }

  chip(slot) {
    const text = this.text(slot);
    const button = part("button", "remove", "×");
    button.type = "button";
    button.setAttribute("aria-label", this.page.t("slot_remove", { slot: text }));
    button.addEventListener("click", () => {
      this.slots.remove(slot);
      announce(this.page.t("slot_removed", { slot: text }));
      this.root.querySelector("[data-slots] .remove, [name=by-hand-date]").focus();
    });
    const { zone, language } = this.page;
    const day = part("span", "whole", dayText(slot.start, zone, language));
    const words = part("span", "tabular", day, " ", part("span", "whole", hours(slot, zone, language)));
    if (slot.room) words.append(part("bdi", "slot-room", slot.room.name));
    if (this.rooms.offered) words.append(this.roomButton(slot, text));
    const taken = !slot.id && this.taken().some((span) => overlap(slot, span));
    if (taken) words.append(part("span", "chip-wrong", this.page.t("error_busy")));
    return part("li", taken ? "wrong" : "", words, button);
  }

  roomButton(slot, text) {
    const key = slot.room ? "change" : "add";
    const button = part("button", "button-plain", this.rooms.t(key));
    button.type = "button";
    button.setAttribute("aria-label", this.rooms.t(`${key}_for`, { slot: text, room: slot.room?.name }));
    button.addEventListener("click", async () => {
      const place = this.slots.list.indexOf(slot);
      await this.chooseRoom(slot);
      this.root.querySelectorAll("[data-slots] .button-plain")[place]?.focus();
    });
    return button;
  }

  wireToolbar() {
    for (const button of this.root.querySelectorAll("[data-move]")) {
      button.addEventListener("click", () => this.grid.move(Number(button.dataset.move)));
    }
    const copy = this.root.querySelector("[data-copy-slots]");
    reserve(copy);
    copy.addEventListener("click", () => copyFrom(copy, this.slots.list.map((slot) => this.text(slot)).join("\n")));
    this.root.querySelector("[data-retry]").addEventListener("click", () => this.look(...this.window));
    this.overlapBox?.addEventListener("change", () => {
      this.showSlots();
      this.changed();
    });
  }

  wireByHand() {
    const form = this.root.querySelector("[data-by-hand]");
    const field = (name) => form.querySelector(`[name=by-hand-${name}]`);
    field("start").addEventListener("change", () => {
      const [hour, minute] = field("start").value.split(":").map(Number);
      if (!field("end").value && hour < 23) field("end").value = `${String(hour + 1).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("input")) return;
      event.preventDefault();
      form.querySelector("[data-add]").click();
    });
    form.querySelector("[data-add]").addEventListener("click", () => {
      const [date, start, end] = ["date", "start", "end"].map((name) => field(name).value);
      if (!date || !start || !end) return this.complain(this.page.t("error_incomplete"));
      if (!this.add(spanOf(date, start, end, this.page.zone))) field("date").focus();
      return undefined;
    });
  }

  attendeesChanged() {
    this.changed();
    this.arrangement.offer(this.attendees.chosen.length);
    const known = new Map(this.calendars.map((person) => [person.id, person]));
    this.calendars = this.attendees.chosen.map(({ id }) => known.get(id) ?? this.calendar(id, { status: "asking" }));
    const moved = this.grid.fit();
    this.paint();
    if (!moved) this.look(...this.window);
  }

  // Busy times of everybody who takes part, in what is visible.
  async look(from, to) {
    this.window = [from, to];
    if (this.grid) this.showPeriod();
    this.asking?.abort();
    this.asking = new AbortController();
    const ids = this.attendees.chosen.map(({ id }) => id);
    const query = new URLSearchParams({ staff_ids: ids.join(","), from: iso(from), to: iso(to) });
    this.waiting(true);
    try {
      const { items } = await call("GET", `/calendar?${query}`, { signal: this.asking.signal });
      this.calendars = ids.map((id) => this.calendar(id, items.find((item) => item.staff_id === id)));
      this.failed(false);
    } catch (error) {
      if (!(error instanceof ApiProblem)) return;
      this.calendars = ids.map((id) => this.calendar(id, undefined));
      this.failed(true);
    }
    this.paint();
    this.showSlots();
    this.showLegend();
    this.waiting(false);
  }

  waiting(yes) {
    this.root.querySelector("[data-grid]").ariaBusy = yes;
  }

  failed(yes) {
    this.root.querySelector("[data-busy-failed]").hidden = !yes;
  }

  calendar(id, item) {
    const colour = this.attendees.colour(id);
    const { name, linked } = this.attendees.chosen.find((person) => person.id === id);
    const own = new Set((this.page.edit?.slots ?? []).map((slot) => `${+new Date(slot.start)}-${+new Date(slot.end)}`));
    const busy = (item?.busy ?? [])
      .map((span) => ({ start: new Date(span.start), end: new Date(span.end), kind: span.kind }))
      .filter((span) => span.kind !== "hold" || !own.has(`${+span.start}-${+span.end}`));
    return { id, name, linked, colour, status: item?.status ?? "unknown", busy };
  }

  paint() {
    this.grid?.show(this.slots.list, this.calendars);
  }

  stateOf(person) {
    const button = part("button", "button-plain legend-state", this.page.t(person.status));
    button.type = "button";
    button.setAttribute("aria-label", this.page.t("explain_open", { what: `${person.name} ${button.textContent}` }));
    button.addEventListener("click", () => this.explain.show(person, { start: this.window[0] }));
    return button;
  }

  showLegend() {
    const entries = this.calendars.map((person) => {
      const { name, colour, status } = person;
      const entry = part("li", "", part("span", `swatch person-${colour}`), part("bdi", "legend-name", name));
      if (status !== "fresh") entry.append(this.stateOf(person));
      return entry;
    });
    this.root.querySelector("[data-legend]").replaceChildren(...entries);
  }
}
