// What was remembered from another customer says so as long as it is what was chosen then, and one press clears it (X12).

const FIRST = { kind: "web", platform: "zoom", visibility: "default", guidance: "" };

// Marks are buttons [data-remembered=NAME]; `value` answers what a field holds, `set` changes it.
export function remembered(root, defaults, { value, set }) {
  const marks = [...root.querySelectorAll("[data-remembered]")];
  const show = () => {
    for (const mark of marks) {
      const { remembered: name } = mark.dataset;
      mark.hidden = defaults[name] === FIRST[name] || value(name) !== defaults[name];
    }
  };
  for (const mark of marks) {
    mark.addEventListener("click", (event) => {
      event.preventDefault();
      set(mark.dataset.remembered, FIRST[mark.dataset.remembered]);
      show();
    });
  }
  show();
  return show;
}
