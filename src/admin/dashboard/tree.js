// Makes nodes, and turns what is shown into what should be shown without losing focus, selection or scroll positions.
// Text only ever becomes text: nothing in the dashboard makes markup of a string.

/** @typedef {Node | string | number | undefined | false | readonly Child[]} Child */
/** @typedef {{ readonly [name: string]: string | number | boolean | undefined }} Attributes */

const svgNamespace = "http://www.w3.org/2000/svg";

/**
 * An element of HTML.
 * @param {string} tag
 * @param {Attributes} [attributes] `true` is an attribute without a value; `false` and `undefined` leave it out.
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * An element of SVG.
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function s(tag, attributes = {}, ...children) {
  return filled(/** @type {SVGElement} */ (document.createElementNS(svgNamespace, tag)), attributes, children);
}

/**
 * Fills `place` with these children in the place of those it has.
 * @param {Element} place
 * @param {...Child} children
 * @returns {void}
 */
export function show(place, ...children) {
  const next = /** @type {Element} */ (place.cloneNode(false));
  add(next, children);
  patchChildren(place, next);
}

/**
 * @template {Element} T
 * @param {T} element
 * @param {Attributes} attributes
 * @param {readonly Child[]} children
 * @returns {T}
 */
function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

/**
 * @param {Element} element
 * @param {readonly Child[]} children
 * @returns {void}
 */
function add(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) add(element, child);
    else if (child instanceof Node) element.append(child);
    else if (child !== undefined && child !== false) element.append(String(child));
  }
}

/**
 * @param {Node} old
 * @param {Node} next
 * @returns {void}
 */
function patch(old, next) {
  if (old instanceof Element && next instanceof Element) {
    patchAttributes(old, next);
    patchChildren(old, next);
  } else if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue;
}

/** What the user opened stays open. */
const users = new Set(["open"]);

/**
 * @param {Element} old
 * @param {Element} next
 * @returns {void}
 */
function patchAttributes(old, next) {
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name) && !users.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (old.getAttribute(name) !== value && !users.has(name)) old.setAttribute(name, value);
  }
}

/**
 * Children with `data-key` are found again wherever they are; others by their place. A node is moved only where the order
 * has changed: moving takes the focus away.
 * @param {Element} old
 * @param {Element} next
 * @returns {void}
 */
function patchChildren(old, next) {
  const before = [...old.childNodes];
  const keyed = new Map(before.flatMap((node) => keyOf(node) === undefined ? [] : [[keyOf(node), node]]));
  const plain = before.filter((node) => keyOf(node) === undefined);
  const pairs = [...next.childNodes].map((node) => {
    const key = keyOf(node);
    const match = key === undefined ? plain.shift() : keyed.get(key);
    return { node, match: match?.nodeName === node.nodeName ? match : undefined };
  });
  const kept = new Set(pairs.map(({ match }) => match));
  for (const node of before) if (!kept.has(node)) node.remove();
  let place = old.firstChild;
  for (const { node, match } of pairs) {
    if (match === undefined) old.insertBefore(node, place);
    else {
      patch(match, node);
      if (match === place) place = place.nextSibling;
      else old.insertBefore(match, place);
    }
  }
}

/**
 * @param {Node} node
 * @returns {string | undefined}
 */
function keyOf(node) {
  return node instanceof Element ? node.getAttribute("data-key") ?? undefined : undefined;
}
