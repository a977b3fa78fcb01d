// Shows a scheduling page of Chosei in a site (H12): <script src="https://…/embed.js" data-page="slug"></script>.
// data-lang (ja, en) and data-title are optional. The site hears of a booking by a message event from our origin.
(() => {
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const { page, lang, title } = script.dataset;
  const address = new URL(`/p/${encodeURIComponent(page)}`, home);
  address.searchParams.set("embed", "1");
  if (lang) address.searchParams.set("lang", lang);
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (/^utm_(source|medium|campaign|term|content)$/.test(name)) address.searchParams.set(name, value);
  }
  const frame = document.createElement("iframe");
  frame.src = address;
  frame.title = title || (lang === "en" ? "Booking" : "予約");
  frame.style.cssText = "display:block;width:100%;height:700px;border:0";
  script.after(frame);
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== home || source !== frame.contentWindow || data?.type !== "chosei:height") return;
    const height = Number(data.height);
    if (height > 0 && height < 20000) frame.style.height = `${height}px`;
  });
})();
