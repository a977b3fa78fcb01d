// What is next grows old: a page that one comes back to after a minute is asked for anew.
const opened = performance.now();

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && performance.now() - opened > 60_000) location.reload();
});
