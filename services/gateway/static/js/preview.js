// The mail as it will be sent (R17), in a frame without scripts. Our CSP holds in there too and forbids inline styles,
// so the mail's own are put aside and set again through the object model, which the CSP allows.
import { closeOnEscape } from "./frames.js";

export function showPreview(dialog, mail) {
  delete dialog.dataset.chosen;
  fillPreview(dialog, mail, (frame) => closeOnEscape(dialog, frame));
  dialog.showModal();
}

// A mail that is filled in again stays with the tab that was chosen.
export function fillPreview(place, mail, onShown = () => {}) {
  place.querySelector("[data-subject]").textContent = mail.subject;
  place.querySelector("[data-text]").textContent = mail.text;
  const frame = place.querySelector("iframe");
  place.querySelector("[data-tab=html]").hidden = !mail.html;
  if (mail.html) fill(frame, mail.html, onShown);
  for (const tab of place.querySelectorAll("[data-tab]")) tab.onclick = () => choose(place, (place.dataset.chosen = tab.dataset.tab));
  choose(place, mail.html ? (place.dataset.chosen ?? "html") : "text");
}

function choose(place, name) {
  for (const tab of place.querySelectorAll("[data-tab]")) tab.setAttribute("aria-pressed", String(tab.dataset.tab === name));
  for (const panel of place.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
}

function fill(frame, html, onShown) {
  const inert = html.replace(/\sstyle\s*=/gi, " data-style=").replace(/<(\/?)style\b/gi, "<$1xmp");
  const mail = new DOMParser().parseFromString(inert, "text/html");
  const sheets = [...mail.querySelectorAll("xmp")].map((style) => style.textContent);
  for (const element of mail.querySelectorAll("xmp, script, link, meta, base")) element.remove();
  for (const link of mail.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  frame.onload = () => {
    dress(frame.contentDocument, sheets);
    onShown(frame);
  };
  frame.srcdoc = `<!doctype html>${mail.documentElement.outerHTML}`;
}

function dress(shown, sheets) {
  for (const element of shown.querySelectorAll("[data-style]")) element.style.cssText = element.dataset.style;
  shown.adoptedStyleSheets = sheets.map((text) => {
    const sheet = new shown.defaultView.CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
}
