// Seven days from today on (three on a phone): busy times of all attendees, and slots chosen by dragging, or on a touch
// screen by tapping (FullCalendar, loaded as a global).
import { dateInput, dayHead, dayText, hours, instantOf, iso } from "./times.js";

const NARROW = matchMedia("(max-width: 760px)");
const HALF_HOUR = 30 * 60_000;

export class Grid {
  // `tapped` answers how many half hours a tap chooses; `pressed` is told whose busy time was pressed (X11).
  constructor(element, { page, select, visible, tapped, pressed }) {
    this.page = page;
    this.choose = select;
    this.tapped = tapped;
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
      select: (span) => this.dragged(span),
      eventClick: ({ event }) => { if (event.extendedProps.pressed) pressed(...event.extendedProps.pressed); },
      datesSet: (range) => visible(new Date(range.startStr), new Date(range.endStr)),
    });
    keepScrollable(element);
    this.calendar.render();
    NARROW.addEventListener("change", () => this.calendar.changeView(this.view()));
  }

  look() {
    return {
      initialView: this.view(),
      views: {
        sevenDays: { type: "timeGrid", duration: { days: 7 } },
        threeDays: { type: "timeGrid", duration: { days: 3 } },
      },
      height: "100%",
      slotHeaderInterval: "01:00:00",
      slotHeaderFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
      dayHeaderContent: ({ date }) => this.head(date),
      displayEventTime: false,
      eventContent: ({ event, isMirror }) => (isMirror ? this.short({ start: event.start, end: event.end }) : event.title),
      eventClass: ({ isMirror }) => (isMirror ? "drawn" : ""),
      eventDidMount: ({ el, event }) => { this.name(el, event.extendedProps.words ?? ""); },
    };
  }

  // With the public holiday's name where it is one.
  head(date) {
    const words = dayHead(date, this.page.zone, this.page.language);
    const holiday = this.page.holidays[dateInput(date, this.page.zone)];
    return holiday ? `${words} ${holiday}` : words;
  }

  // What a person's time is, for the mouse and for who does not see it.
  name(element, words) {
    element.title = words;
    if (words && element.tabIndex >= 0) element.setAttribute("aria-label", this.page.t("explain_open", { what: words }));
  }

  dragged(span) {
    this.draggedAt = performance.now();
    this.choose({ start: new Date(span.startStr), end: new Date(span.endStr) });
    this.calendar.unselect();
  }

  // A mouse's click has chosen its half hour already, and so has a long press that ends where it began.
  tap({ dateStr, jsEvent }) {
    if (!jsEvent.type.startsWith("touch") || performance.now() - (this.draggedAt ?? -1_000) < 300) return;
    const start = new Date(dateStr);
    this.choose({ start, end: new Date(start.getTime() + this.tapped() * HALF_HOUR) });
  }

  // 13:00–14:00: as much as a column has room for.
  short(slot) {
    return hours(slot, this.page.zone, this.page.language).replace(/ [～–] /, "–");
  }

  get isNarrow() {
    return NARROW.matches;
  }

  view() {
    return NARROW.matches ? "threeDays" : "sevenDays";
  }

  move(step) {
    if (step === 0) this.calendar.today();
    else if (step > 0) this.calendar.next();
    else this.calendar.prev();
  }

  period(from, to) {
    const { zone, language } = this.page;
    const last = new Date(to.getTime() - 1);
    return [`${dayText(from, zone, language)} ${language === "ja" ? "～" : "–"}`, dayText(last, zone, language)];
  }

  // Busy spans in the person's colour, whose name the legend has; chosen slots in the accent's.
  show(slots, people) {
    const events = people.flatMap((person) => person.busy.map((span) => ({
      title: this.page.t(span.kind),
      words: `${person.name} ${this.page.t(span.kind)} ${hours(span, this.page.zone, this.page.language)}`,
      start: iso(span.start),
      end: iso(span.end),
      className: `busy busy-${span.kind} person-${person.colour}`,
      interactive: true,
      pressed: [person, span],
    })));
    const chosen = slots.map((slot) => ({
      title: this.short(slot),
      start: iso(slot.start),
      end: iso(slot.end),
      className: "chosen",
      interactive: false,
    }));
    this.calendar.setOption("events", [this.past(), ...this.holidays(), ...events, ...chosen]);
  }

  // Public holidays are shaded; they can be chosen all the same.
  holidays() {
    return Object.keys(this.page.holidays).map((day) => {
      const start = instantOf(day, "00:00", this.page.zone);
      const end = new Date(start.getTime() + 48 * HALF_HOUR);
      return { start: iso(start), end: iso(end), display: "background", className: "holiday" };
    });
  }

  past() {
    const now = this.page.now();
    return { start: iso(new Date(now.getTime() - 48 * 3_600_000)), end: iso(now), display: "background", className: "past" };
  }
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
