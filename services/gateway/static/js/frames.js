// Escape closes a dialog from inside the frame that it shows, too: keys pressed there never reach the dialog.

export function closeOnEscape(dialog, frame) {
  frame.contentDocument.addEventListener("keydown", (event) => {
    if (event.key === "Escape") dialog.close();
  });
}
