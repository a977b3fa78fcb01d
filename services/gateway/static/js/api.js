// Calls of our own JSON API with the session's cookie and the page's CSRF token.

const csrf = document.querySelector("meta[name=csrf-token]")?.content ?? "";

export class ApiProblem extends Error {
  // `body` is the problem document; status 0 means that nothing answered.
  constructor(status, body) {
    super(body.detail ?? body.title ?? String(status));
    this.status = status;
    this.code = body.code ?? "";
    this.errors = body.errors ?? [];
  }
}

export async function call(method, path, { body, headers = {}, signal } = {}) {
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      signal,
      headers: {
        accept: "application/json",
        "accept-language": document.documentElement.lang,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(method === "GET" ? {} : { "x-csrf-token": csrf }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiProblem(0, {});
  }
  const read = await bodyOf(answer);
  if (answer.status === 401) {
    const next = encodeURIComponent(location.pathname + location.hash);
    location.assign(`/sign-in?next=${next}${method === "GET" ? "" : "&lost=1"}`);
  }
  if (!answer.ok) throw new ApiProblem(answer.status, read);
  return read;
}

// An answer that broke off (the page was left, the line went) is none, whatever its first line said.
async function bodyOf(answer) {
  if (answer.status === 204) return {};
  try {
    return await answer.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    if (answer.ok) throw new ApiProblem(0, {});
    return {};
  }
}
