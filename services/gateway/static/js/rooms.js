// Meeting rooms (R7, V3): which buildings one uses, and a room for a slot. Both are asked in dialogs, so that mouse,
// touch and keyboard go the same way.
import { ApiProblem, call } from "./api.js";
import { part } from "./attendees.js";
import { announce } from "./copying.js";
import { iso } from "./times.js";

export class Rooms {
  // `provider` answers where the organizer's calendar is (null: unknown); `text` words a slot.
  constructor(page, { provider, text }) {
    this.page = page;
    this.provider = provider;
    this.text = text;
    this.buildings = [];
    this.status = "";
    this.line = document.querySelector("[data-rooms-line]");
    this.roomDialog = document.getElementById("room-dialog");
    this.buildingsDialog = document.getElementById("buildings-dialog");
    this.buildingsDialog.querySelector("form").addEventListener("submit", (event) => this.saveBuildings(event));
    this.roomDialog.querySelector("[data-change-buildings]").addEventListener("click", () => this.askBuildings());
  }

  t(key, values = {}) {
    return this.page.rooms[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  get chosen() {
    return this.buildings.filter((building) => building.chosen);
  }

  get offered() {
    return this.chosen.length > 0;
  }

  // Asked each time the form opens while none is chosen.
  async open({ ask = true } = {}) {
    await this.load("GET", "/buildings");
    if (ask && this.buildings.length > 0 && !this.offered) this.askBuildings();
  }

  async load(method, path) {
    try {
      const { items, status } = await call(method, path);
      this.buildings = items;
      this.status = status;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.buildings = [];
      this.status = "unreadable";
    }
    this.showLine();
  }

  showLine() {
    if (!this.line) return;
    const words = [];
    if (this.status === "not_connected") words.push(this.t("not_connected"));
    else if (this.status === "unreadable") words.push(this.t("unreadable"));
    else if (this.buildings.length === 0) words.push(this.t("none_known"));
    if (this.buildings.length > 0) {
      const names = this.chosen.map(({ name }) => name).join(this.page.language === "ja" ? "、" : ", ");
      words.push(names ? this.t("used", { names }) : this.t("none_used"));
    }
    this.line.replaceChildren(part("p", "", words.join(" ")));
    if (this.status === "unreadable") this.line.append(this.plain("retry", () => this.readAgain()));
    if (this.buildings.length > 0) {
      this.line.append(this.plain(this.offered ? "change_buildings" : "choose_buildings", () => this.askBuildings()));
    }
    if (this.status === "not_connected" && this.page.me.admin) {
      const link = part("a", "", this.t("not_connected_admin"));
      link.href = "/connections";
      this.line.append(link);
    }
    this.line.hidden = false;
  }

  plain(key, act) {
    const button = part("button", "button-plain", this.t(key));
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  }

  async readAgain() {
    await this.load("POST", "/buildings/refresh");
    setTimeout(() => this.load("GET", "/buildings"), 2_000);
  }

  askBuildings() {
    const dialog = this.buildingsDialog;
    const groups = [...new Set(this.buildings.map(({ provider }) => provider))].map((provider) => {
      const boxes = this.buildings.filter((one) => one.provider === provider).map((one) => this.buildingBox(one));
      return part("fieldset", "room-group", part("legend", "label-text", this.t(provider)), ...boxes);
    });
    dialog.querySelector("[data-building-list]").replaceChildren(...groups);
    dialog.querySelector("[data-skip]").textContent = this.t(this.offered ? "buildings_cancel" : "buildings_skip");
    this.complain(dialog, "");
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("input")?.focus();
  }

  buildingBox(building) {
    const input = document.createElement("input");
    Object.assign(input, { type: "checkbox", name: "building", value: building.id, checked: building.chosen });
    return part("label", "option room-option", input, part("span", "", part("strong", "", building.name)));
  }

  async saveBuildings(event) {
    event.preventDefault();
    const boxes = [...this.buildingsDialog.querySelectorAll("input:checked")];
    try {
      const { items, status } = await call("PUT", "/me/buildings", { body: { building_ids: boxes.map(({ value }) => value) } });
      this.buildings = items;
      this.status = status;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.complain(this.buildingsDialog, this.words(error));
      return;
    }
    this.buildingsDialog.close();
    this.showLine();
    if (this.roomDialog.open) this.fill();
  }

  words(problem) {
    return problem.status === 0 ? this.t("network") : problem.message;
  }

  complain(dialog, sentence) {
    const place = dialog.querySelector("[data-dialog-error]");
    place.textContent = sentence;
    place.hidden = !sentence;
  }

  // Resolves to the room ({id, name}), null for none, or undefined where it was closed without a decision.
  ask(slot) {
    const dialog = this.roomDialog;
    this.slot = slot;
    dialog.querySelector("[data-room-slot]").textContent = this.text(slot);
    this.complain(dialog, "");
    dialog.returnValue = "";
    const decided = new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(this.decision()), { once: true });
    });
    dialog.showModal();
    this.fill();
    return decided;
  }

  decision() {
    this.asking?.abort();
    if (this.roomDialog.returnValue !== "chosen") return undefined;
    const input = this.roomDialog.querySelector("input[name=room]:checked");
    if (!input) return undefined;
    announce(input.value ? this.t("chosen", { room: input.dataset.name }) : this.t("cleared"));
    return input.value ? { id: input.value, name: input.dataset.name } : null;
  }

  async fill() {
    const list = this.roomDialog.querySelector("[data-room-list]");
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    list.replaceChildren(part("p", "quiet", this.t("loading")));
    list.setAttribute("aria-busy", "true");
    const query = new URLSearchParams({ from: iso(this.slot.start), to: iso(this.slot.end) });
    try {
      const { items } = await call("GET", `/rooms?${query}`, { signal: asking.signal });
      this.offer(list, items);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof ApiProblem)) throw error;
      list.replaceChildren(this.option(null));
      this.complain(this.roomDialog, `${this.t("failed")} ${this.words(error)}`);
    }
    list.removeAttribute("aria-busy");
    list.querySelector("input:checked")?.focus();
  }

  // Free ones first, then those of which nobody knows, then those that cannot be chosen.
  offer(list, items) {
    const rank = (room) => (this.blocked(room) ? 2 : room.free ? 0 : 1);
    const sorted = items.map((room, place) => ({ room, place })).sort((a, b) => rank(a.room) - rank(b.room) || a.place - b.place);
    list.replaceChildren(this.option(null), ...sorted.map(({ room }) => this.option(room)));
    if (items.length === 0) list.append(part("p", "quiet", this.t("empty")));
  }

  // Its own claim does not take a room from the slot that has it.
  blocked(room) {
    const own = this.slot.room?.id === room.id && this.slot.id;
    return this.elsewhere(room) || (room.free === false && !own);
  }

  elsewhere(room) {
    const provider = this.provider();
    return Boolean(provider) && provider !== room.provider;
  }

  option(room) {
    const input = document.createElement("input");
    const current = this.slot.room?.id ?? "";
    Object.assign(input, { type: "radio", name: "room", value: room?.id ?? "", checked: (room?.id ?? "") === current });
    if (!room) return part("label", "option room-option", input, part("span", "", part("strong", "", this.t("room_none"))));
    input.dataset.name = room.name;
    input.disabled = this.blocked(room);
    const state = this.elsewhere(room) ? "elsewhere" : room.free === null ? "unknown" : room.free ? "free" : "busy";
    const badge = part("span", `badge badge-${{ free: "ok", unknown: "wait" }[state] ?? "none"}`, this.t(state));
    const more = [room.building_name, room.capacity ? this.t("capacity", { n: room.capacity }) : ""].filter(Boolean).join(" · ");
    const words = part("span", "room-words", part("strong", "", part("bdi", "", room.name)), part("span", "hint", more));
    return part("label", `option room-option${input.disabled ? " room-blocked" : ""}`, input, words, badge);
  }
}
