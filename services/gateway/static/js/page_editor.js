// The editor of a scheduling page: the coming two weeks are read again while one types, a pressed time is explained.
// Without it the same form does both by its buttons.
const form = document.getElementById("page-form");
const place = form.querySelector("[data-preview]");
let waiting = 0;
let asking = null;

form.addEventListener("input", (event) => {
  if (event.target.name === "explain_at") return;
  clearTimeout(waiting);
  waiting = setTimeout(() => refresh({}), 600);
});

place.addEventListener("click", (event) => {
  const button = event.target.closest("button[name]");
  if (!button) return;
  event.preventDefault();
  refresh({ [button.name]: button.value }, button);
});

async function refresh(more, pressed = null) {
  clearTimeout(waiting);
  asking?.abort();
  asking = new AbortController();
  const body = new FormData(form);
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  const headers = { "accept-language": document.documentElement.lang };
  let answer;
  try {
    answer = await fetch("/pages/preview", { method: "POST", body: new URLSearchParams(body), headers, signal: asking.signal });
  } catch (error) {
    if (error.name === "AbortError") return;
    throw error;
  }
  if (!answer.ok) return;
  const focused = pressed ?? (place.contains(document.activeElement) ? document.activeElement : null);
  const open = [...place.querySelectorAll("details[open] summary strong")].map((each) => each.textContent);
  place.innerHTML = await answer.text();
  for (const each of place.querySelectorAll("details")) each.open = open.includes(each.querySelector("strong").textContent);
  const why = place.querySelector("[data-why]");
  if (pressed && why) why.focus();
  else if (focused?.id) document.getElementById(focused.id)?.focus();
}
