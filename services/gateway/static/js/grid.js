// Up to seven days from today on (three on a phone): busy times of all attendees, beside each other or one over the
// other, and slots chosen by dragging, or on a touch screen by tapping (FullCalendar, loaded as a global).
import { part } from "./attendees.js";
import { daysFor, laneHeads, unreadableLanes } from "./lanes.js";
import { dateInput, dayHead, dayText, hours, instantOf, iso, wholeDays, withinDay } from "./times.js";

const NARROW = matchMedia("(max-width: 760px)");
const HALF_HOUR = 30 * 60_000;

export class Grid {
  // `select` answers why a slot was refused; `tapped` how many half hours a tap chooses; `attendees` how many take
  // part; `pressed` is told whose busy time was pressed (X11).
  constructor(element, { page, beside, attendees, select, visible, tapped, pressed }) {
    Object.assign(this, { element, page, beside, attendees, tapped, pressed, choose: select, people: [], blocks: new WeakMap() });
    this.calendar = new window.FullCalendar.Calendar(element, {
      ...this.look(),
      timeZone: page.zone,
      now: () => page.now(),
      locale: page.language,
      selectable: true,
      selectMirror: true,
      unselectAuto: false,
      selectLongPressDelay: 250,
      dateClick: (click) => this.tap(click),
      slotDuration: "00:30:00",
      snapDuration: "00:30:00",
      scrollTime: "08:30:00",
      scrollTimeReset: false,
      allDaySlot: false,
      nowIndicator: true,
      headerToolbar: false,
      initialDate: page.edit?.slots[0]?.start ?? page.now(),
      validRange: { start: page.now() },
      slotEventOverlap: false,
      selectAllow: (span) => withinDay(spanned(span), page.zone),
      select: (span) => this.dragged(span),
      eventClick: ({ event }) => { if (event.extendedProps.pressed) pressed(...event.extendedProps.pressed); },
      datesSet: (range) => visible(new Date(range.startStr), new Date(range.endStr)),
    });
    keepScrollable(element);
    this.lay();
    this.calendar.render();
    new ResizeObserver(() => requestAnimationFrame(() => this.fit())).observe(element);
    const frame = element.parentElement;
    frame.addEventListener("scroll", () => {
      element.classList.toggle("scrolled", frame.scrollLeft > 0);
      element.style.setProperty("--scrolled", `${frame.scrollLeft}px`);
    });
  }

  get lanes() {
    return this.beside ? Math.max(1, this.attendees()) : 1;
  }

  get days() {
    return daysFor(this.lanes, this.element.clientWidth, NARROW.matches ? 3 : 7);
  }

  // As many lanes and days as there are attendees and room; answers whether other days are shown now.
  fit() {
    if (this.element.clientWidth === 0) return false;
    this.lay();
    const view = viewOf(this.days);
    if (this.calendar.view.type === view) return false;
    this.calendar.changeView(view);
    return true;
  }

  lay() {
    this.element.classList.toggle("in-lanes", this.lanes > 1);
    this.element.style.setProperty("--lanes", this.lanes);
  }

  // Calendars beside each other, or one over the other.
  arrange(beside) {
    this.beside = beside;
    this.fit();
  }

  look() {
    return {
      initialView: viewOf(this.days),
      views: Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((days) => [viewOf(days), { type: "timeGrid", duration: { days } }])),
      height: "100%",
      slotHeaderInterval: "01:00:00",
      slotHeaderFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
      dayLaneClass: "day",
      dayHeaderContent: ({ date }) => this.head(date),
      displayEventTime: false,
      eventContent: ({ event, isMirror }) => (isMirror ? this.short({ start: event.start, end: event.end }) : this.lines(event)),
      eventClass: ({ isMirror }) => (isMirror ? "drawn" : ""),
      eventDidMount: ({ el, event }) => this.mounted(el, event.extendedProps),
      backgroundEventDidMount: ({ el, event }) => this.mountedBehind(el, event.extendedProps),
    };
  }

  // With the names of public holidays that it shows, wholly or in part.
  head(date) {
    const { holidays, office_zone: office, zone, language } = this.page;
    const shown = [date, new Date(date.getTime() + 47 * HALF_HOUR)].map((at) => holidays[dateInput(at, office)]);
    const day = [dayHead(date, zone, language), ...new Set(shown.filter(Boolean))].join(" ");
    return this.lanes < 2 ? day : { domNodes: [part("div", "day-head", day), laneHeads(this.page, this.people)] };
  }

  // Half an hour has room for one line.
  lines(event) {
    const { pressed, said } = event.extendedProps;
    if (!pressed) return event.title;
    const lines = said.slice(0, event.end - event.start < 2 * HALF_HOUR ? 1 : 2);
    return { domNodes: lines.map((line) => line.cloneNode(true)) };
  }

  mounted(element, { words = "", lane, pressed }) {
    this.name(element, words);
    toLane(element, lane);
    if (pressed) this.blocks.set(element, pressed);
  }

  // Whole days are named above the hours; in them they are shaded, and a press on them asks why.
  mountedBehind(element, { lane, pressed }) {
    toLane(element, lane);
    if (pressed) this.blocks.set(element, pressed);
  }

  // What a person's time is, for the mouse and for who does not see it.
  name(element, words) {
    element.title = words;
    if (words && element.tabIndex >= 0) element.setAttribute("aria-label", this.page.t("explain_open", { what: words }));
  }

  dragged(span) {
    this.draggedAt = performance.now();
    const slot = spanned(span);
    this.take(slot, slot.end - slot.start > HALF_HOUR ? null : span.jsEvent);
    this.calendar.unselect();
  }

  // A mouse's click has chosen its half hour already, and so has a long press that ends where it began.
  tap({ dateStr, jsEvent }) {
    if (!jsEvent.type.startsWith("touch") || performance.now() - (this.draggedAt ?? -1_000) < 300) return;
    const start = new Date(dateStr);
    this.take({ start, end: new Date(start.getTime() + this.tapped() * HALF_HOUR) }, jsEvent);
  }

  // One press on time that is not free asks why (X11).
  take(slot, press) {
    if (this.choose(slot) !== "error_busy" || !press) return;
    const { clientX, clientY } = press.changedTouches?.[0] ?? press;
    const under = [...this.element.querySelectorAll(".busy")].find((block) => {
      const { left, right, top, bottom } = block.getBoundingClientRect();
      return left <= clientX && clientX < right && top <= clientY && clientY < bottom;
    });
    if (under) this.pressed(...this.blocks.get(under));
  }

  // 13:00–14:00: as much as a column has room for.
  short(slot) {
    return hours(slot, this.page.zone, this.page.language).replace(/ [～–] /, "–");
  }

  move(step) {
    if (step === 0) this.calendar.today();
    else if (step > 0) this.calendar.next();
    else this.calendar.prev();
  }

  period(from, to) {
    const { zone, language } = this.page;
    if (this.days === 1) return [dayText(from, zone, language), ""];
    const last = new Date(to.getTime() - 1);
    return [`${dayText(from, zone, language)} ${language === "ja" ? "～" : "–"}`, dayText(last, zone, language)];
  }

  // Busy spans with the person's name and in their colour; chosen slots in the accent's.
  show(slots, people) {
    this.people = people;
    const busy = people.flatMap((person, lane) => person.busy.flatMap((span) => this.blocksOf(person, span, lane)));
    const chosen = slots.map((slot) => ({
      title: this.short(slot),
      start: iso(slot.start),
      end: iso(slot.end),
      className: "chosen",
      interactive: false,
    }));
    const unreadable = this.lanes > 1 ? unreadableLanes(people, this.visible()) : [];
    this.calendar.batchRendering(() => {
      this.calendar.setOption("dayHeaderContent", ({ date }) => this.head(date));
      this.calendar.setOption("allDaySlot", busy.some(({ allDay }) => allDay));
      this.calendar.setOption("events", [this.past(), ...this.holidays(), ...unreadable, ...busy, ...chosen]);
    });
  }

  // Public holidays, days of the organization's zone, are shaded; they can be chosen all the same.
  holidays() {
    return Object.keys(this.page.holidays).map((day) => {
      const start = instantOf(day, "00:00", this.page.office_zone);
      const end = new Date(start.getTime() + 48 * HALF_HOUR);
      return { start: iso(start), end: iso(end), display: "background", className: "holiday" };
    });
  }

  // Whole days of the organization's zone are days, not hours.
  blocksOf(person, span, lane) {
    const block = this.block(person, span, lane);
    const { office_zone: zone, language } = this.page;
    if (!wholeDays(span, zone)) return [block];
    const { said, className, pressed } = block;
    const [first, last] = [span.start, new Date(span.end.getTime() - 1)].map((at) => dayText(at, zone, language));
    const words = [...said.map(({ textContent }) => textContent), first, ...(first === last ? [] : [last])].join(" ");
    const days = { start: dateInput(span.start, zone), end: dateInput(span.end, zone) };
    const named = { ...block, ...days, allDay: true, words, className: `${className} busy-days`, lane: undefined };
    return [named, { start: block.start, end: block.end, display: "background", className: `${className} busy-day`, lane: block.lane, pressed }];
  }

  // Whose time it is stands first, unless their lane says so already.
  block(person, span, lane) {
    const inLanes = this.lanes > 1;
    const said = [part("bdi", "", person.name), part("span", "", this.page.t(span.kind))];
    if (inLanes) said.reverse();
    return {
      said,
      words: [...said.map(({ textContent }) => textContent), hours(span, this.page.zone, this.page.language)].join(" "),
      start: iso(span.start),
      end: iso(span.end),
      className: `busy busy-${span.kind} person-${person.colour}`,
      interactive: true,
      pressed: [person, span],
      lane: inLanes ? lane : undefined,
    };
  }

  visible() {
    const { activeStart, activeEnd } = this.calendar.view;
    return { start: activeStart, end: activeEnd };
  }

  past() {
    const now = this.page.now();
    return { start: iso(new Date(now.getTime() - 48 * 3_600_000)), end: iso(now), display: "background", className: "past" };
  }
}

const spanned = ({ startStr, endStr }) => ({ start: new Date(startStr), end: new Date(endStr) });

const viewOf = (days) => `days${days}`;

function toLane(element, lane) {
  if (lane !== undefined) element.style.setProperty("--lane", lane);
}

// Whenever FullCalendar draws anew or the grid gets another size.
function keepScrollable(root) {
  let asked = 0;
  const soon = () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => scrollByKeyboard(root));
  };
  new MutationObserver(soon).observe(root, { childList: true, subtree: true });
  new ResizeObserver(soon).observe(root);
}

// The hours scroll inside the grid: from its first cell, arrow keys reach them too.
function scrollByKeyboard(root) {
  for (const element of root.querySelectorAll("*")) {
    const scrolls = ["auto", "scroll"].includes(getComputedStyle(element).overflowY);
    if (!scrolls || element.scrollHeight <= element.clientHeight) continue;
    const cell = element.querySelector("[role=gridcell]");
    if (cell) cell.tabIndex = 0;
  }
}
