// The guest's page as they will see it (X12), in a frame without scripts in which nothing can be pressed.
import { closeOnEscape } from "./frames.js";

export function showGuestPage(dialog, html) {
  const frame = dialog.querySelector("iframe");
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const element of page.querySelectorAll("script, meta[http-equiv], base")) element.remove();
  page.documentElement.classList.add("scripted");
  page.body.inert = true;
  frame.onload = () => closeOnEscape(dialog, frame);
  frame.srcdoc = `<!doctype html>${page.documentElement.outerHTML}`;
  dialog.showModal();
  dialog.querySelector("[data-close]").focus();
}
