// What the server gave the page: words, language, zone, the reader, and the system's own time.

export function readPage() {
  const given = JSON.parse(document.getElementById("page-data").textContent);
  const ahead = new Date(given.now).getTime() - Date.now();
  return {
    ...given,
    now: () => new Date(Date.now() + ahead),
    t: (key, values = {}) => given.texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]),
  };
}
