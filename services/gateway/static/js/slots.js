// The chosen candidate slots: rules of R6 and the list in time order. The API checks the same again.
import { iso, wall } from "./times.js";

const HALF_HOUR = 30 * 60_000;

export class Slots {
  // `chosen`: [{id?, start: Date, end: Date, room?: {id, name}}]; `busy` answers the spans that may not be offered.
  constructor(chosen, { zone, now, busy, changed }) {
    this.list = chosen;
    this.zone = zone;
    this.now = now;
    this.busy = busy;
    this.changed = changed;
    this.sort();
  }

  // The name of the rule that is broken, or null after adding.
  add(slot) {
    const refused = this.refusal(slot);
    if (refused) return refused;
    this.list.push(slot);
    this.sort();
    this.changed();
    return null;
  }

  remove(slot) {
    this.list = this.list.filter((other) => other !== slot);
    this.changed();
  }

  refusal(slot) {
    if (slot.end - slot.start < HALF_HOUR) return "error_short";
    if (!this.aligned(slot.start) || !this.aligned(slot.end)) return "error_boundary";
    if (slot.start <= this.now()) return "error_past";
    if (this.list.some((other) => overlap(slot, other))) return "error_overlap";
    if (this.busy().some((span) => overlap(slot, span))) return "error_busy";
    return null;
  }

  aligned(instant) {
    return wall(instant, this.zone).minute % 30 === 0 && instant.getTime() % 60_000 === 0;
  }

  sort() {
    this.list.sort((left, right) => left.start - right.start);
  }
}

export const overlap = (left, right) => left.start < right.end && right.start < left.end;

// A new slot as the API takes it.
export const slotBody = ({ start, end, room }) => ({ start: iso(start), end: iso(end), ...(room ? { room_id: room.id } : {}) });
