// The fields of a recurrence: what is typed beside one of the two ways to end chooses it.
for (const way of document.querySelectorAll(".recurrence .ends .field")) {
  way.addEventListener("input", () => { way.querySelector("[type=radio]").checked = true; });
}
