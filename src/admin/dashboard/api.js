// Asks the API. Every way it can end is a value: nothing here throws.

/**
 * @typedef {{
 *   readonly status: number,
 *   readonly title: string,
 *   readonly detail: string,
 *   readonly remedy: string,
 *   readonly problems?: readonly string[],
 *   readonly comparison?: import("../../control/deployment_views.ts").PluginComparison,
 * }} Problem
 */
/** @typedef {{ readonly kind: "ok", readonly body: any } | { readonly kind: "problem", readonly problem: Problem }} Answer */

/** Milliseconds for one request; an upload may take longer. */
const patience = 15_000;
const uploadPatience = 90_000;

/**
 * `body` is sent as JSON, or as it is if it is a file.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<Answer>}
 */
export async function ask(method, path, body) {
  const file = body instanceof Blob;
  try {
    const response = await fetch(path, {
      method,
      cache: "no-store",
      signal: AbortSignal.timeout(file ? uploadPatience : patience),
      ...(body === undefined ? {} : {
        body: file ? body : JSON.stringify(body),
        headers: { "content-type": file ? "application/wasm" : "application/json" },
      }),
    });
    return await answerOf(response);
  } catch {
    return { kind: "problem", problem: unreachable };
  }
}

/** @type {Problem} */
const unreachable = {
  status: 0,
  title: "No answer",
  detail: "The server does not answer.",
  remedy: "Is it running, and the way to it open? The page goes on trying.",
};

/**
 * @param {Response} response
 * @returns {Promise<Answer>}
 */
async function answerOf(response) {
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  const body = type.includes("json") ? JSON.parse(text) : text;
  if (response.ok) return { kind: "ok", body };
  const { status } = response;
  const said = typeof body === "object" && body !== null ? body : {};
  const words = { title: `Error ${status}`, detail: "", remedy: "" };
  return { kind: "problem", problem: { ...words, ...said, status } };
}

/**
 * A name as part of a path.
 * @param {string} name
 * @returns {string}
 */
export function part(name) {
  return encodeURIComponent(name);
}
