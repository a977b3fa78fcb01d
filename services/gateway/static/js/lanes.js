// Attendees' calendars beside each other (R6): within each day one lane per person, and as many days as leave every
// lane wide enough for a name. One attendee has the days to themselves.
import { linkMark, part } from "./attendees.js";

const NARROWEST = 66;
const HOURS_COLUMN = 50;

// How many days `lanes` leave room for in `width` pixels, `most` at most.
export function daysFor(lanes, width, most) {
  if (lanes < 2) return most;
  return Math.max(1, Math.min(most, Math.floor((width - HOURS_COLUMN) / (lanes * NARROWEST))));
}

// Whose lane is whose, under the day's name.
export function laneHeads(page, people) {
  const heads = part("div", "lane-heads");
  for (const person of people) {
    const { name, colour, status, linked } = person;
    const mark = linkMark(page, linked && status !== "not_connected");
    const head = part("div", `lane-head person-${colour}`, part("bdi", "lane-name", name), mark);
    head.title = status === "fresh" ? name : `${name} ${page.t(status)}`;
    if (isUnreadable(person)) head.append(part("span", "lane-state", page.t("unreadable")));
    heads.append(head);
  }
  return heads;
}

// An unreadable calendar is not an empty one (G3): its lane is hatched in all that the grid may show.
export function unreadableLanes(people, { start, end }) {
  return people.flatMap((person, lane) => (isUnreadable(person)
    ? [{ start, end, display: "background", className: "unreadable", lane }]
    : []));
}

const isUnreadable = ({ status }) => status === "unknown" || status === "asking";
