// Whoever says "that is not me" is not shown what was typed in this tab either.
import { forgetTyped } from "./typed.js";

document.addEventListener("submit", ({ target, submitter }) => {
  if (target.matches("[data-forget]") || submitter?.matches("[data-forget]")) forgetTyped();
});
