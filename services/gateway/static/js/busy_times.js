// What is in the attendees' calendars on the chosen days, as sentences; what overlaps the chosen time is marked.
import { ApiProblem, call } from "./api.js";
import { part } from "./attendees.js";
import { overlap } from "./slots.js";
import { dayText, hours, instantOf, iso, wholeDays } from "./times.js";

const PAUSE = 250;
const MOST = 31 * 24 * 3_600_000;

export class BusyTimes {
  // `attendees` and `span` answer who takes part and when ({start, end}, whole days as such).
  constructor(root, page, { attendees, span }) {
    Object.assign(this, { root, page, attendees, span });
    this.look();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    const span = this.span();
    this.root.hidden = !span.start || !span.end || span.end <= span.start || span.end - span.start > MOST;
    if (this.root.hidden) return;
    this.asking?.abort();
    this.asking = new AbortController();
    const people = this.attendees();
    const query = new URLSearchParams({
      staff_ids: people.map(({ id }) => id).join(","), from: iso(span.from), to: iso(span.to),
    });
    try {
      const { items } = await call("GET", `/calendar?${query}`, { signal: this.asking.signal });
      this.show(people, items, span);
      this.failed(false);
    } catch (error) {
      if (error instanceof ApiProblem) this.failed(true);
    }
  }

  failed(yes) {
    this.root.querySelector("[data-busy-failed]").hidden = !yes;
  }

  show(people, items, span) {
    const rows = people.map((person) => {
      const { status, busy } = items.find((item) => item.staff_id === person.id) ?? { status: "unknown", busy: [] };
      const found = busy.map(({ start, end, kind }) => ({ start: new Date(start), end: new Date(end), kind }));
      const words = found.map((one) => this.line(one, span));
      if (status !== "fresh") words.unshift(part("li", "quiet", this.page.t(status)));
      else if (found.length === 0) words.push(part("li", "quiet", this.page.busy_none));
      return part("li", "", part("bdi", "busy-name", person.name), part("ul", "", ...words));
    });
    this.root.querySelector("[data-busy-list]").replaceChildren(...rows);
  }

  line(one, span) {
    const { zone, language } = this.page;
    const day = dayText(one.start, zone, language);
    const when = wholeDays(one, zone) ? day : `${day} ${hours(one, zone, language)}`;
    return part("li", overlap(one, span) ? "busy-overlaps" : "", part("span", "tabular", when), ` ${this.page.t(one.kind)}`);
  }
}
