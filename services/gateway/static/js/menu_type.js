// A meeting type's form: the URL is asked for where one is used, and a sentence says when guests learn how to join.
const form = document.querySelector("form[data-reveal]");
const words = JSON.parse(document.getElementById("reveal-words").textContent);
const preview = form.querySelector("[data-preview]");
const UNITS = { minutes: 1, hours: 60, days: 24 * 60 };
const t = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

function beforeWords(minutes) {
  const unit = Object.keys(UNITS).reverse().find((name) => minutes % UNITS[name] === 0);
  const count = minutes / UNITS[unit];
  return t(`before_${unit}${count === 1 ? "_one" : ""}`, { count });
}

function notices() {
  const rows = [...form.querySelectorAll(".notice-line")].map((row) => [row.querySelector("input"), row.querySelector("select")]);
  const found = rows.map(([count, unit]) => Number(count.value) * UNITS[unit.value]);
  return [...new Set(found.filter((minutes) => Number.isInteger(minutes) && minutes > 0))].sort((a, b) => b - a);
}

function sentence() {
  const names = notices().map(beforeWords);
  const joined = (list) => list.join(document.documentElement.lang === "en" ? " and " : "と");
  const told = names.length ? t("reveal_notices", { times: joined(names) }) : "";
  if (!["zoom", "link"].includes(form.elements.location.value)) return told;
  if (form.elements.link.value !== "in_notice") return t("reveal_at_once") + told;
  if (!names.length) return "";
  const rest = names.slice(1);
  return t("reveal_in_notice", { time: names[0] }) + (rest.length ? t("reveal_rest", { times: joined(rest) }) : "");
}

function show() {
  const location = form.elements.location.value;
  form.querySelector("[data-for-link]").hidden = location !== "link";
  form.querySelector("[data-with-link]").hidden = !["zoom", "link"].includes(location);
  const said = sentence();
  preview.hidden = !said;
  preview.querySelector("[data-preview-words]").textContent = said;
}

form.addEventListener("input", show);
show();
