// What a guest typed on a scheduling page outlives the browser's own way back and forward: kept for this tab alone, and
// forgotten once it is booked.

const PLACE = "chosei.typed.";
const NEVER = new Set(["form_key", "start"]);

export function keepTyped(form) {
  const place = PLACE + form.dataset.typed;
  fill(form, stored(place));
  form.addEventListener("input", () => store(place, form));
  store(place, form);
}

// A step that answered a form is an address of its own: on the way back the browser would ask whether to send that form
// again, or show nothing. A zone that was chosen in the form goes along.
export function addressOfStep(zone = "") {
  const url = new URL(location.href);
  if (zone) url.searchParams.set("time_zone", zone);
  url.pathname = url.pathname.replace(/\/choose$/, "");
  history.replaceState(history.state, "", url);
}

export function forgetTyped() {
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(PLACE)) sessionStorage.removeItem(name);
  } catch {
    // Nothing was kept where nothing may be.
  }
}

function fields(form) {
  return [...form.elements].filter(({ name, type }) => name && !NEVER.has(name) && type !== "submit");
}

// Only where nothing was typed: the server's answer to a form knows better.
function fill(form, kept) {
  if (fields(form).some((field) => (field.type === "checkbox" ? field.checked : field.value))) return;
  for (const field of fields(form)) {
    if (!(field.name in kept)) continue;
    if (field.type === "checkbox") field.checked = Boolean(kept[field.name]);
    else field.value = kept[field.name];
  }
}

function stored(place) {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? "{}");
  } catch {
    return {};
  }
}

function store(place, form) {
  const values = fields(form).map((field) => [field.name, field.type === "checkbox" ? field.checked : field.value]);
  try {
    sessionStorage.setItem(place, JSON.stringify(Object.fromEntries(values)));
  } catch {
    // The page itself keeps it as long as it is open.
  }
}
