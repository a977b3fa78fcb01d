// Why is this time not free (X11)? A small pop-up with what takes it, in plain words, and a way on.
import { ApiProblem, call } from "./api.js";
import { part } from "./attendees.js";
import { hours, iso, dayText } from "./times.js";

export class Explain {
  constructor(page) {
    this.page = page;
    this.dialog = document.getElementById("explain");
  }

  // `span` is a busy time of `person`, or one moment where nobody can tell.
  async show(person, span) {
    const at = new Date(Math.max(span.start, this.page.now().getTime() + 60_000));
    const title = span.end ? this.when(span) : [this.page.t(person.status)];
    this.dialog.querySelector("[data-explain-who]").textContent = person.name;
    this.dialog.querySelector("[data-explain-when]").replaceChildren(...title);
    this.fill([part("li", "quiet", this.page.t("explain_asking"))]);
    this.dialog.showModal();
    const query = new URLSearchParams({ staff_id: person.id, at: iso(new Date(Math.floor(at / 1_000) * 1_000)) });
    try {
      const { reasons } = await call("GET", `/calendar/explain?${query}`);
      this.fill(reasons.length ? reasons.map((reason) => this.row(reason, person)) : [part("li", "", this.page.t("explain_free"))]);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.fill([part("li", "error-text", error.status === 0 ? this.page.t("network") : error.message)]);
    }
  }

  fill(rows) {
    this.dialog.querySelector("[data-explain-reasons]").replaceChildren(...rows);
  }

  row(reason, person) {
    const row = part("li", "", part("p", "", reason.detail));
    if (reason.start) row.append(part("p", "quiet small tabular", ...this.when({ start: new Date(reason.start), end: new Date(reason.end) })));
    const way = this.way(reason, person);
    if (way) row.append(way);
    return row;
  }

  way(reason, person) {
    if (reason.appointment_id) return link(`/appointments/${encodeURIComponent(reason.appointment_id)}`, this.page.t("explain_appointment"));
    if (reason.proposal_id) return link(`/proposals/${encodeURIComponent(reason.proposal_id)}`, this.page.t("explain_proposal"));
    if (reason.kind !== "unreadable" && reason.kind !== "not_connected") return null;
    if (person.id === this.page.me.id) return link("/connections", this.page.t("explain_connect"));
    return part("p", "quiet small", this.page.t("explain_ask", { name: person.name }));
  }

  when(span) {
    const { zone, language } = this.page;
    return [part("span", "whole", dayText(span.start, zone, language)), " ", part("span", "whole", hours(span, zone, language))];
  }
}

function link(href, words) {
  const element = part("a", "", words);
  element.href = href;
  element.target = "_blank";
  return element;
}
