// Links on phones: the browser's own sharing where there is one, and text that is copied with its links.
import { announce, copyFrom, reserve } from "./copying.js";

for (const button of document.querySelectorAll("button[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const url = document.getElementById(button.dataset.share).href;
    try {
      await navigator.share({ title: button.dataset.shareTitle, url });
    } catch (error) {
      if (error.name !== "AbortError") copyFrom(button, url);
    }
  });
}

for (const button of document.querySelectorAll("button[data-copy-rich]")) {
  const plain = document.getElementById(button.dataset.plain);
  const rich = document.getElementById(button.dataset.copyRich);
  button.hidden = false;
  reserve(button);
  button.addEventListener("click", async () => {
    const parts = { "text/plain": plain.value, "text/html": rich.innerHTML };
    const blobs = Object.entries(parts).map(([type, text]) => [type, new Blob([text], { type })]);
    try {
      await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
      const before = button.textContent;
      button.textContent = button.dataset.doneText;
      announce(button.dataset.doneText);
      setTimeout(() => { button.textContent = before; }, 2_000);
    } catch {
      copyFrom(button, plain.value);
    }
  });
}
