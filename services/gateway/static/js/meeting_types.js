// The meeting type of a proposal, the web-meeting tool where no type says it, and the URL or text of another tool (C5).

export function typeChoice(root, page, draft) {
  const { meeting_type_id: select, place, platform } = root.querySelector("form").elements;
  const find = (name) => root.querySelector(`[data-${name}]`);
  const chosen = () => page.meeting_types.find(({ id }) => id === select.value);
  const isWeb = () => draft.values.kind === "web";
  const isLinked = () => isWeb() && (chosen() ? chosen().location === "link" : platform.value === "link");

  function show() {
    const type = chosen();
    find("platform").hidden = !isWeb() || Boolean(type);
    find("place").hidden = !isLinked();
    place.placeholder = type?.place ?? "";
    find("type-words").textContent = type?.words ?? "";
  }

  // Types of the kind that was chosen; another kind forgets a type that is none of its own.
  function fill() {
    const fitting = page.meeting_types.filter(({ kind }) => kind === draft.values.kind);
    const none = select.options[0];
    select.replaceChildren(none, ...fitting.map(({ id, name }) => new Option(name, id)));
    select.value = fitting.some(({ id }) => id === draft.values.meeting_type_id) ? draft.values.meeting_type_id : "";
    find("type").hidden = fitting.length === 0;
    show();
  }

  function body() {
    const type = chosen();
    const said = isLinked() && place.value.trim() ? { place: place.value } : {};
    if (type) return { meeting_type_id: type.id, ...said };
    return isWeb() ? { platform: platform.value, ...said } : {};
  }

  return { show, fill, body };
}
