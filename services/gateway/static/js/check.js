// Step two: check everything (R12), the guest (R13), wording (R14-R16), preview (R17), send.
import { ApiProblem } from "./api.js";
import { part } from "./attendees.js";
import { showGuestPage } from "./guest_preview.js";
import { showPreview } from "./preview.js";
import { remembered } from "./remembered.js";
import { typeChoice } from "./meeting_types.js";
import { slotBody } from "./slots.js";
import { dateInput, dayText, hours, instantOf, iso, slotText, timeInput } from "./times.js";

const TYPED = ["title", "company", "name", "email", "guidance", "note", "visibility", "platform", "address", "place"];

export class Check {
  constructor(root, page, draft, { send, preview, guestPage }) {
    this.root = root;
    this.page = page;
    this.draft = draft;
    this.form = root.querySelector("form");
    this.organizer = this.form.elements.organizer_id;
    for (const name of TYPED) this.form.elements[name].value = draft.values[name] ?? "";
    this.types = typeChoice(root, page, draft);
    this.fillExpiry();
    this.form.elements.send.value = draft.values.send_mail ? "mail" : "url";
    this.form.addEventListener("input", () => this.keep());
    this.form.addEventListener("change", () => this.keep());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit(send);
    });
    root.querySelector("[data-preview]").addEventListener("click", () => this.preview(preview));
    root.querySelector("[data-guest-page]").addEventListener("click", () => this.showWith("[data-guest-page]", async () => {
      showGuestPage(document.getElementById("guest-preview"), await guestPage(this.body()));
    }));
    this.showRemembered = remembered(root, page.defaults, {
      value: (name) => this.form.elements[name].value,
      set: (name, value) => {
        this.form.elements[name].value = value;
        this.keep();
        this.form.elements[name].focus();
      },
    });
    const told = ["guidance", "note", "expires_at"].some((name) => draft.values[name]);
    root.querySelector("[data-details]").open = told || draft.values.visibility !== "default";
    this.showRemembered();
    this.sendChanged();
  }

  fillExpiry() {
    const at = this.draft.values.expires_at;
    if (!at) return;
    const instant = new Date(at);
    this.form.elements.expires_at.value = `${dateInput(instant, this.page.zone)}T${timeInput(instant, this.page.zone)}`;
  }

  keep() {
    const values = Object.fromEntries(TYPED.map((name) => [name, this.form.elements[name].value]));
    const [date, time] = this.form.elements.expires_at.value.split("T");
    const expires = time ? instantOf(date, time.slice(0, 5), this.page.zone) : null;
    this.draft.set({
      ...values,
      organizer_id: this.organizer.value,
      meeting_type_id: this.form.elements.meeting_type_id.value,
      send_mail: this.form.elements.send.value === "mail",
      expires_at: expires ? iso(expires) : "",
    });
    this.types.show();
    this.showRemembered();
    this.sendChanged();
  }

  kindChanged() {
    this.types.fill();
    this.root.querySelector("[data-address]").hidden = this.draft.values.kind !== "outbound";
  }

  sendChanged() {
    const mail = this.draft.values.send_mail;
    for (const need of this.root.querySelectorAll("[data-need]")) need.hidden = (need.dataset.need === "mail") !== mail;
    this.root.querySelector("[data-submit]").textContent = this.page.t(mail ? "submit_mail" : "submit_url");
    this.root.querySelector("[data-preview]").hidden = !mail;
  }

  show() {
    const { attendees, slots, organizer_id: organizer } = this.draft.values;
    this.organizer.replaceChildren(...attendees.map((person) => new Option(person.name, person.id)));
    this.organizer.value = attendees.some((person) => person.id === organizer) ? organizer : attendees[0].id;
    this.root.querySelector("[data-check-attendees]").replaceChildren(...attendees.map((person) => part("li", "", part("bdi", "", person.name))));
    this.root.querySelector("[data-check-slots]").replaceChildren(
      ...slots.map((slot) => this.line(slot)),
    );
    this.clearErrors();
  }

  line(slot) {
    const { zone, language } = this.page;
    const [day, time] = [dayText(slot.start, zone, language), hours(slot, zone, language)];
    const line = part("li", "tabular", part("span", "whole", day), " ", part("span", "whole", time));
    if (slot.room) line.append(part("bdi", "slot-room", slot.room.name));
    return line;
  }

  body() {
    const kept = this.draft.values;
    return {
      kind: kept.kind,
      title: kept.title,
      attendee_ids: kept.attendees.map(({ id }) => id),
      organizer_id: this.organizer.value,
      slots: kept.slots.map(slotBody),
      guest: { company: kept.company, name: kept.name, email: kept.email },
      send_mail: kept.send_mail,
      guidance: kept.guidance,
      note: kept.note,
      visibility: kept.visibility,
      expires_at: kept.expires_at || null,
      allow_overlap: kept.allow_overlap,
      ...this.types.body(),
      ...(kept.kind === "outbound" ? { address: kept.address } : {}),
    };
  }

  async submit(send) {
    this.keep();
    this.clearErrors();
    await this.busily("[data-submit]", () => send(this.body()));
  }

  preview(ask) {
    return this.showWith("[data-preview]", async () => {
      showPreview(document.getElementById("preview"), await ask(this.body()));
    });
  }

  async showWith(selector, show) {
    this.keep();
    this.clearErrors();
    await this.busily(selector, async () => {
      try {
        await show();
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error;
        this.refused(error, "preview_errors");
      }
    });
  }

  async busily(selector, work) {
    const button = this.root.querySelector(selector);
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      await work();
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  // The problem's own sentences, beside the fields that they are about and together on top.
  refused(problem, heading = "check_errors") {
    const sentences = problem.errors.map(({ pointer, detail }) => this.place(pointer, detail));
    if (sentences.length === 0) sentences.push(problem.status === 0 ? this.page.t("network") : problem.message);
    const summary = this.root.querySelector("[data-errors]");
    summary.querySelector("strong").textContent = this.page.t(heading);
    summary.querySelector("ul").replaceChildren(...[...new Set(sentences)].map((words) => part("li", "", words)));
    summary.hidden = false;
    summary.focus();
  }

  place(pointer, detail) {
    const [first, second] = pointer.split("/").slice(1);
    if (first === "slots" && this.draft.values.slots[second]) {
      const item = this.root.querySelector("[data-check-slots]").children[second];
      item?.classList.add("wrong");
      return `${slotText(this.draft.values.slots[second], this.page.zone, this.page.language)}: ${detail}`;
    }
    const name = first === "guest" ? second : first;
    const field = this.form.elements[name];
    if (!(field instanceof HTMLElement)) return detail;
    field.closest("details")?.setAttribute("open", "");
    field.setAttribute("aria-invalid", "true");
    const words = part("p", "error-text", detail);
    words.id = `${name}-error`;
    field.setAttribute("aria-describedby", words.id);
    field.after(words);
    const label = this.form.querySelector(`label[for="${field.id}"]`)?.firstChild?.textContent?.trim();
    return label ? `${label}: ${detail}` : detail;
  }

  clearErrors() {
    this.root.querySelector("[data-errors]").hidden = true;
    for (const words of this.root.querySelectorAll(".error-text")) words.remove();
    for (const field of this.root.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    for (const item of this.root.querySelectorAll(".wrong")) item.classList.remove("wrong");
  }
}
