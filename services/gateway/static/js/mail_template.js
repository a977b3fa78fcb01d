// The editor of mail templates: placeholders at the caret, mistakes at their line, the preview while one types. Without
// it the same form saves and previews by its buttons.
import { ApiProblem, call } from "./api.js";
import { fillPreview } from "./preview.js";

const { texts } = JSON.parse(document.getElementById("page-data").textContent);
const form = document.getElementById("mail-form");
const fields = ["subject", "heading", "body"].map((name) => form.elements[name]);
const place = document.getElementById("preview");
const shown = place.querySelector("[data-shown]");
const state = place.querySelector("[data-state]");
const saved = fields.map((field) => field.defaultValue);
let last = form.elements.body;
let waiting = 0;
let asking = null;

for (const field of fields) {
  field.addEventListener("focus", () => (last = field));
  field.addEventListener("input", () => refreshSoon());
}
form.elements.about.addEventListener("change", () => refresh());
form.querySelector("[data-preview]").addEventListener("click", (event) => {
  event.preventDefault();
  place.scrollIntoView({ block: "start" });
  refresh();
});

for (const button of document.querySelectorAll("[data-insert]")) {
  button.hidden = false;
  button.previousElementSibling.hidden = true;
  button.addEventListener("click", () => insert(button.dataset.insert, button.dataset.form));
}
document.querySelector("[data-insert-hint]").hidden = false;
place.querySelector("[data-tabs]").hidden = false;
for (const list of document.querySelectorAll("[data-mistakes]")) {
  for (const item of list.children) addJump(item, list.dataset.mistakes);
}
document.querySelector(".mail-mistakes button")?.focus();
refresh(document.querySelector(".mail-mistakes li") !== null);

function insert(name, kind) {
  const field = kind === "block" ? form.elements.body : last;
  const words = kind === "flag" ? `{% if ${name} %}{% endif %}` : `{{ ${name} }}`;
  field.focus();
  field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function addJump(item, name) {
  const field = form.elements[name];
  if (!Number(item.dataset.line) || name === "about") return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-small";
  button.textContent = texts.jump;
  button.addEventListener("click", () => {
    const at = offsetOf(field.value, Number(item.dataset.line), Number(item.dataset.column));
    field.focus();
    field.setSelectionRange(at, at + (/^(\w+|.)/.exec(field.value.slice(at))?.[0].length ?? 0));
  });
  item.append(" ", button);
}

function offsetOf(text, line, column) {
  const before = text.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  const rest = text.slice(before).split("\n")[0];
  return before + [...rest].slice(0, column - 1).join("").length;
}

function refreshSoon() {
  document.querySelector("[data-unsaved]").hidden = fields.every((field, at) => field.value === saved[at]);
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 500);
}

async function refresh(keepMistakes = false) {
  clearTimeout(waiting);
  asking?.abort();
  asking = new AbortController();
  const about = form.elements.about.value;
  const body = { subject: fields[0].value, heading: fields[1].value, body: fields[2].value };
  if (about) body[form.dataset.about] = about;
  state.textContent = texts.preview_busy;
  const path = `/mail-templates/${form.dataset.name}/preview?language=${form.dataset.language}`;
  try {
    const mail = await call("POST", path, { body, signal: asking.signal });
    if (!keepMistakes) showMistakes([]);
    fillPreview(place, mail);
    shown.hidden = false;
    shown.classList.remove("mail-old");
    state.textContent = texts.preview_fresh;
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof ApiProblem)) throw error;
    shown.classList.add("mail-old");
    state.textContent = error.status === 422 ? `${texts.preview_failed} ${error.message}` : texts.preview_off;
    if (error.status === 422 && !keepMistakes) showMistakes(error.errors);
  }
}

function showMistakes(errors) {
  for (const list of document.querySelectorAll("[data-mistakes]")) {
    const name = list.dataset.mistakes;
    const mine = errors.filter((error) => (["/subject", "/heading", "/body"].includes(error.pointer) ? error.pointer.slice(1) : "about") === name);
    list.replaceChildren(...mine.map((error) => mistake(error, name)));
    const field = form.elements[name];
    if (mine.length) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

function mistake(error, name) {
  const item = document.createElement("li");
  item.className = "error-text";
  item.dataset.line = error.line ?? 0;
  item.dataset.column = error.column ?? 0;
  item.textContent = error.detail;
  addJump(item, name);
  return item;
}
