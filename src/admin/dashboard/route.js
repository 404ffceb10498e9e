// Where in the dashboard one is: the part of the address behind #.

/** @typedef {{ readonly view: View, readonly id: string | undefined }} Route */
/** @typedef {"overview" | "sessions" | "plugins" | "refusals" | "explain"} View */

/** @type {readonly { readonly view: View, readonly title: string }[]} */
export const views = [
  { view: "overview", title: "Overview" },
  { view: "sessions", title: "Sessions" },
  { view: "plugins", title: "Plugins" },
  { view: "refusals", title: "Refusals" },
  { view: "explain", title: "Explain" },
];

/**
 * `#/plugins/rcpt_ok`; what is no route of ours is the overview.
 * @param {string} hash
 * @returns {Route}
 */
export function parseRoute(hash) {
  const [, name, id] = /^#\/([a-z]+)(?:\/(.{1,200}))?$/.exec(hash) ?? [];
  const view = views.find((each) => each.view === name)?.view ?? "overview";
  return { view, id: id === undefined ? undefined : decoded(id) };
}

/**
 * @param {View} view
 * @param {string} [id]
 * @returns {string}
 */
export function linkTo(view, id) {
  const base = view === "overview" ? "#/" : `#/${view}`;
  return id === undefined ? base : `${base}/${encodeURIComponent(id)}`;
}

/**
 * @param {string} text
 * @returns {string | undefined}
 */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
