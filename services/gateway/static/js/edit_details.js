// Editing a proposal or an appointment: who takes part, and what saving will do, as long as it is typed (X12).
import { Attendees } from "./attendees.js";
import { readPage } from "./page.js";
import "./recurrence.js";

const page = readPage();
const form = document.querySelector("[data-edit-details]");
const organizer = form.elements.organizer_id;
const inputs = form.querySelector("[data-attendee-inputs]");

form.querySelector(".search").hidden = false;
const attendees = new Attendees(form.querySelector("[data-attendees]"), { page, chosen: page.chosen, changed: () => followed() });

function followed() {
  const chosen = attendees.chosen;
  inputs.replaceChildren(...chosen.map(({ id }) => Object.assign(document.createElement("input"), { type: "hidden", name: "attendee_ids", value: id })));
  const wanted = organizer.value;
  organizer.replaceChildren(...chosen.map(({ id, name }) => new Option(name, id, false, id === wanted)));
  told();
}

// What is a checkbox counts as changed while it is ticked; of several under one name those that are.
function changed() {
  const now = (name) => {
    if (name === "attendee_ids") return attendees.chosen.map(({ id }) => id).join(",");
    const field = form.elements[name];
    if (field instanceof RadioNodeList) return [...field].filter(({ checked }) => checked).map(({ value }) => value).join(",");
    return field.type === "checkbox" ? (field.checked ? field.value : "") : field.value;
  };
  const names = Object.keys(page.before).filter((name) => form.elements[name] && now(name) !== page.before[name]);
  return new Set(form.elements.send_mail?.checked ? [...names, "send_mail"] : names);
}

function told() {
  const names = changed();
  const any = (words) => words.split(" ").some((name) => names.has(name));
  for (const item of form.querySelectorAll("[data-consequences] > li")) {
    item.hidden = !any(item.dataset.when) || any(item.dataset.unless);
  }
  form.querySelector("[data-nothing]").hidden = names.size > 0;
}

// Only who has no scripts must read which change each sentence is about.
for (const words of form.querySelectorAll("[data-of]")) words.remove();
form.addEventListener("input", told);
form.addEventListener("change", told);
followed();
