// An appointment's room is changed where one stands (R28): the same dialog as in the form.
import { ApiProblem, call } from "./api.js";
import { readPage } from "./page.js";
import { Rooms } from "./rooms.js";
import { slotText } from "./times.js";

const page = readPage();
const button = document.querySelector("[data-change-room]");
const slot = { id: page.appointment.id, start: new Date(page.appointment.start), end: new Date(page.appointment.end), room: page.appointment.room };
const rooms = new Rooms(page, {
  provider: () => page.appointment.calendar,
  text: (one) => slotText(one, page.zone, page.language),
});
rooms.open({ ask: false }).then(() => {
  button.hidden = rooms.buildings.length === 0 && !slot.room;
});
button.addEventListener("click", async () => {
  const room = await rooms.ask(slot);
  if (room === undefined || (room?.id ?? null) === (slot.room?.id ?? null)) return;
  const problem = document.querySelector("[data-room-error]");
  try {
    await call("PATCH", `/appointments/${encodeURIComponent(page.appointment.id)}`, {
      body: { room_id: room?.id ?? null },
      headers: { "if-match": page.appointment.etag },
    });
    location.assign(`/appointments/${encodeURIComponent(page.appointment.id)}?said=room_changed`);
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    problem.textContent = error.errors.map(({ detail }) => detail).join(" ") || rooms.words(error);
    problem.hidden = false;
    problem.focus();
  }
});
