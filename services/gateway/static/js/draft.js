// What is being written survives reloads, going back, and leaving to connect a calendar: one draft per tab and reader.

const KEPT = [
  "kind", "slots", "attendees", "organizer_id", "platform", "title", "company", "name", "email", "send_mail",
  "guidance", "note", "visibility", "expires_at", "allow_overlap", "address",
  "place", "meeting_type_id",
];

export class Draft {
  constructor(readerId, defaults) {
    this.place = `chosei.draft.${readerId}`;
    this.defaults = defaults;
    this.values = { ...defaults, ...this.stored() };
  }

  stored() {
    try {
      const found = JSON.parse(sessionStorage.getItem(this.place) ?? "null");
      if (!found) return {};
      this.restored = true;
      const slots = (found.slots ?? []).map(({ start, end, room }) => ({ start: new Date(start), end: new Date(end), room }));
      return { ...Object.fromEntries(KEPT.map((name) => [name, found[name]]).filter(([, value]) => value !== undefined)), slots };
    } catch {
      return {};
    }
  }

  set(changes) {
    Object.assign(this.values, changes);
    try {
      sessionStorage.setItem(this.place, JSON.stringify(this.values));
    } catch {
      // A browser without storage still has the open page.
    }
  }

  forget() {
    sessionStorage.removeItem(this.place);
  }
}
