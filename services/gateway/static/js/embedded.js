// A guest's page in a frame of another site (H12): tells that site how high it is and what was booked, and nobody else.

const { origins, told } = document.querySelector("#embedded").dataset;
const allowed = origins.split(" ").filter(Boolean);
// Where the browser says who is around us, only they are told; else each allowed site, and the browser drops the others.
const around = location.ancestorOrigins?.[0];
const readers = around ? allowed.filter((origin) => origin === around) : allowed;

function tell(message) {
  if (parent === window) return;
  for (const origin of readers) parent.postMessage(message, origin);
}

function tellHeight() {
  tell({ type: "chosei:height", height: Math.ceil(document.body.getBoundingClientRect().height) });
}

new ResizeObserver(tellHeight).observe(document.body);
tellHeight();

if (told) {
  tell(JSON.parse(told));
  const url = new URL(location.href);
  url.searchParams.delete("booked");
  history.replaceState(null, "", url);
}

for (const link of document.querySelectorAll("a[href]")) {
  if (link.origin !== location.origin && !link.target) link.target = "_blank";
}
