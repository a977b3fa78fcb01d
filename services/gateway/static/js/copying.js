// Copy buttons: <button data-copy="ID of a link, or of the element with the text" data-done-text="…">.

export function enableCopying(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    if (!button.hidden && button.dataset.ready) continue;
    button.hidden = false;
    button.dataset.ready = "1";
    reserve(button);
    button.addEventListener("click", () => {
      const source = document.getElementById(button.dataset.copy);
      copyFrom(button, source.value ?? source.href ?? source.textContent);
    });
  }
}

// As wide as what it will say, so that nothing moves then.
export function reserve(button) {
  const before = button.textContent;
  button.dataset.done = "1";
  button.textContent = button.dataset.doneText;
  const width = button.offsetWidth;
  delete button.dataset.done;
  button.textContent = before;
  if (width) button.style.minWidth = `min(${width}px, 100%)`;
}

// Copies and says so on the button itself; selects the text where the browser refuses.
export async function copyFrom(button, text) {
  const before = button.textContent;
  if (!(await copy(text))) return false;
  if (!button.dataset.done) {
    button.dataset.done = "1";
    button.textContent = button.dataset.doneText;
    announce(button.dataset.doneText);
    setTimeout(() => { delete button.dataset.done; button.textContent = before; }, 2_000);
  }
  return true;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// Pages on plain http have no clipboard API.
function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

export function announce(message) {
  let region = document.getElementById("announcer");
  if (!region) {
    region = document.createElement("div");
    region.id = "announcer";
    region.className = "visually-hidden";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = "";
  setTimeout(() => { region.textContent = message; }, 30);
}
