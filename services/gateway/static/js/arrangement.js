// 並べて表示 / 重ねて表示: how several calendars are shown, remembered for the reader's next visit.
import { ApiProblem, call } from "./api.js";

export class Arrangement {
  // `changed` is told whether calendars stand beside each other.
  constructor(root, view, changed) {
    this.root = root.querySelector("[data-arrangement]");
    this.buttons = [...this.root.querySelectorAll("[data-view]")];
    for (const button of this.buttons) {
      button.addEventListener("click", () => {
        this.mark(button.dataset.view);
        changed(button.dataset.view === "side_by_side");
        remember(button.dataset.view);
      });
    }
    this.mark(view);
  }

  mark(view) {
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }

  // One calendar alone can stand in one way only.
  offer(attendees) {
    this.root.hidden = attendees < 2;
  }
}

// Not being remembered spoils nothing of what is being done.
async function remember(view) {
  try {
    await call("PATCH", "/me", { body: { calendar_view: view } });
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
  }
}
