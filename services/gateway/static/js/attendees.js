// Who takes part: search (R9), linked or not, and the last one stays (R10).
import { call } from "./api.js";
import { announce } from "./copying.js";

const PAUSE = 180;

export class Attendees {
  // `chosen`: [{id, name, email, linked}] in order.
  constructor(root, { page, chosen, changed }) {
    this.root = root;
    this.page = page;
    this.chosen = chosen;
    this.colours = new Map();
    this.changed = changed;
    this.input = root.querySelector("[data-search]");
    this.results = root.querySelector("[data-results]");
    this.list = root.querySelector("[data-chosen]");
    this.input.addEventListener("input", () => this.searchSoon());
    this.input.addEventListener("focus", () => this.searchSoon());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.results.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("click", (event) => {
      if (!root.querySelector(".search").contains(event.target)) this.close();
    });
    this.show();
  }

  searchSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), PAUSE);
  }

  async search() {
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const query = new URLSearchParams({ q: this.input.value.trim(), limit: "20" });
      const { items } = await call("GET", `/staff?${query}`, { signal: this.asking.signal });
      this.offer(items.map((staff) => ({
        id: staff.id, name: staff.name, kana: staff.kana ?? "", email: staff.email, linked: staff.calendar_linked, calendar: staff.calendar,
      })));
    } catch (error) {
      if (error.name !== "AbortError") this.say(error.message);
    }
  }

  offer(staff) {
    if (staff.length === 0) return this.say(this.page.t("attendee_none"));
    this.results.replaceChildren(...staff.map((person) => this.result(person)));
    this.results.hidden = false;
    return undefined;
  }

  result(person) {
    const item = document.createElement("li");
    const added = this.chosen.some((other) => other.id === person.id);
    const words = part("span", "person-words", part("bdi", "person-name", person.name), part("span", "quiet small", person.email));
    const button = part("button", "button button-small", this.page.t(added ? "attendee_added" : "attendee_add"));
    button.type = "button";
    button.disabled = added;
    button.setAttribute("aria-label", `${person.name}: ${button.textContent}`);
    button.addEventListener("click", () => this.add(person));
    item.append(linkMark(this.page, person.linked), words, button);
    return item;
  }

  say(sentence) {
    this.results.replaceChildren(part("li", "quiet", sentence));
    this.results.hidden = false;
  }

  // Ends a search that has not answered too, else its results would cover what comes next.
  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.results.hidden = true;
  }

  onKey(event) {
    if (event.key === "Escape") {
      this.input.focus();
      this.close();
      return;
    }
    if (event.key === "Enter" && event.target === this.input) {
      event.preventDefault();
      this.results.querySelector("button:not([disabled])")?.click();
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [this.input, ...this.results.querySelectorAll("button:not([disabled])")];
    const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }

  add(person) {
    this.chosen.push(person);
    this.input.value = "";
    this.input.focus();
    this.close();
    this.show();
    this.changed();
    announce(`${person.name} ${this.page.t("attendee_added")}`);
  }

  remove(person) {
    if (this.chosen.length === 1) return;
    const place = this.chosen.indexOf(person);
    this.chosen = this.chosen.filter((other) => other !== person);
    this.colours.delete(person.id);
    this.show();
    const buttons = [...this.list.querySelectorAll(".remove:not([disabled])")];
    (buttons[Math.min(place, buttons.length - 1)] ?? this.input).focus();
    this.changed();
    announce(this.page.t("attendee_removed", { name: person.name }));
  }

  // A person keeps theirs as long as they take part; it is the one that the fewest others have.
  colour(id) {
    if (!this.colours.has(id)) {
      const used = [...this.colours.values()];
      const times = (colour) => used.filter((other) => other === colour).length;
      this.colours.set(id, [0, 1, 2, 3, 4, 5, 6, 7].reduce((best, next) => (times(next) < times(best) ? next : best)));
    }
    return this.colours.get(id);
  }

  show() {
    this.list.replaceChildren(...this.chosen.map((person) => this.row(person)));
  }

  row(person) {
    const name = part("span", "person-words", part("bdi", "person-name", person.name));
    if (person.id === this.page.me.id) name.append(part("span", "quiet small", this.page.t("you")));
    const button = part("button", "remove", "×");
    button.type = "button";
    button.setAttribute("aria-label", this.page.t("attendee_remove", { name: person.name }));
    button.disabled = this.chosen.length === 1;
    if (button.disabled) button.title = this.page.t("attendee_last");
    button.addEventListener("click", () => this.remove(person));
    const row = part("li", "", part("span", `swatch person-${this.colour(person.id)}`), name, linkMark(this.page, person.linked), button);
    row.dataset.staff = person.id;
    return row;
  }
}

// Whether a calendar is linked (R9).
export function linkMark(page, linked) {
  const mark = part("span", `link-mark${linked ? " linked" : ""}`);
  const word = page.t(linked ? "linked" : "unlinked");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", word);
  mark.title = word;
  return mark;
}

export function part(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}
