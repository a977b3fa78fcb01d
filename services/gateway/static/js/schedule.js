// The form of a direct schedule: who takes part, a room, and what belongs to the chosen type. The server decides.
import { Attendees } from "./attendees.js";
import { BusyTimes } from "./busy_times.js";
import { readPage } from "./page.js";
import "./recurrence.js";
import { Rooms } from "./rooms.js";
import { instantOf, slotText } from "./times.js";

const page = readPage();
const form = document.querySelector("[data-schedule]");
const inputs = form.querySelector("[data-attendee-inputs]");
const fields = form.elements;

form.querySelector(".search").hidden = false;
const attendees = new Attendees(form.querySelector("[data-attendees]"), { page, chosen: page.chosen, changed: () => { follow(); busy.soon(); } });

function follow() {
  inputs.replaceChildren(...attendees.chosen.map(({ id }) => {
    const input = document.createElement("input");
    return Object.assign(input, { type: "hidden", name: "attendee_ids", value: id });
  }));
}
follow();

function showType() {
  const { kind } = fields.type.selectedOptions[0].dataset;
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = part.dataset.for !== kind && !part.querySelector("input").value;
  }
  const allDay = form.querySelector("[name=span][value=all_day]");
  allDay.disabled = kind === "web" && !allDay.checked;
}
fields.type.addEventListener("change", () => {
  showType();
  keepLength(Number(fields.type.selectedOptions[0].dataset.minutes) * 60_000);
});
showType();

// The end keeps its distance from a start that moves.
const at = (side) => Date.parse(`${fields[`${side}_date`].value}T${fields[`${side}_time`].value || "00:00"}Z`);
let length = at("end") - at("start");
function keepLength(wanted) {
  const start = at("start");
  if (Number.isNaN(start) || Number.isNaN(wanted) || wanted < 0) return;
  const end = new Date(start + wanted).toISOString();
  fields.end_date.value = end.slice(0, 10);
  fields.end_time.value = end.slice(11, 16);
  length = wanted;
}
// A week with one day in it follows the day on which it begins.
fields.start_date.addEventListener("change", () => {
  const boxes = [...form.querySelectorAll("[name=weekdays]")];
  const day = (new Date(at("start")).getUTCDay() + 6) % 7;
  if (Number.isNaN(day) || boxes.filter((box) => box.checked).length > 1) return;
  boxes.forEach((box, index) => {
    box.checked = index === day;
  });
});
for (const name of ["start_date", "start_time"]) fields[name].addEventListener("change", () => keepLength(length));
for (const name of ["end_date", "end_time"]) {
  fields[name].addEventListener("change", () => {
    length = at("end") - at("start");
  });
}

// Whole days are all of them.
function chosenSpan() {
  const allDay = form.querySelector("[name=span]:checked").value === "all_day";
  const time = (side) => (allDay ? "00:00" : fields[`${side}_time`].value);
  const from = instantOf(fields.start_date.value, "00:00", page.zone);
  const last = instantOf(fields.end_date.value || fields.start_date.value, "00:00", page.zone);
  if (!from || !last) return {};
  const to = new Date(last.getTime() + 24 * 3_600_000);
  const start = instantOf(fields.start_date.value, time("start"), page.zone);
  return { from, to, start, end: allDay ? to : instantOf(fields.end_date.value || fields.start_date.value, time("end"), page.zone) };
}
const busy = new BusyTimes(form.querySelector("[data-busy]"), page, { attendees: () => attendees.chosen, span: chosenSpan });
form.addEventListener("change", () => busy.soon());

const rooms = new Rooms(page, { provider: () => page.calendar, text: (slot) => slotText(slot, page.zone, page.language) });
form.querySelector("[data-choose-room]").addEventListener("click", async () => {
  const room = fields.room_id.value ? { id: fields.room_id.value, name: fields.room_name.value } : null;
  const [start, end] = ["start", "end"].map((side) => instantOf(fields[`${side}_date`].value, fields[`${side}_time`].value, page.zone));
  if (!start || !end) return;
  const chosen = await rooms.ask({ start, end, room });
  if (chosen === undefined) return;
  fields.room_id.value = chosen?.id ?? "";
  fields.room_name.value = chosen?.name ?? "";
  form.querySelector("[data-room-name]").textContent = chosen?.name ?? "–";
});
rooms.open({ ask: false }).then(() => {
  form.querySelector("[data-room]").hidden = !rooms.offered && !fields.room_id.value;
});

// One press is one schedule; the answer waits for the meeting.
form.addEventListener("submit", () => {
  form.querySelector("[data-waiting]").hidden = false;
  setTimeout(() => {
    form.querySelector("[type=submit]").disabled = true;
  });
});
window.addEventListener("pageshow", () => {
  form.querySelector("[type=submit]").disabled = false;
  form.querySelector("[data-waiting]").hidden = true;
});
