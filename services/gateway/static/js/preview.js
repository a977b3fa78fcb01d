// The mail as it will be sent (R17), in a frame without scripts. Our CSP holds in there too and forbids inline styles,
// so the mail's own are put aside and set again through the object model, which the CSP allows.
import { closeOnEscape } from "./frames.js";

export function showPreview(dialog, mail) {
  dialog.querySelector("[data-subject]").textContent = mail.subject;
  dialog.querySelector("[data-text]").textContent = mail.text;
  const frame = dialog.querySelector("iframe");
  const htmlTab = dialog.querySelector("[data-tab=html]");
  htmlTab.hidden = !mail.html;
  if (mail.html) fill(dialog, frame, mail.html);
  for (const tab of dialog.querySelectorAll("[data-tab]")) tab.onclick = () => choose(dialog, tab.dataset.tab);
  choose(dialog, mail.html ? "html" : "text");
  dialog.showModal();
}

function choose(dialog, name) {
  for (const tab of dialog.querySelectorAll("[data-tab]")) tab.setAttribute("aria-pressed", String(tab.dataset.tab === name));
  for (const panel of dialog.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
}

function fill(dialog, frame, html) {
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
    closeOnEscape(dialog, frame);
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
