// Small charts in SVG; each says in words what it shows.

import { s } from "./tree.js";

/** @typedef {{ readonly label: string, readonly parts: readonly { readonly value: number, readonly tone: string }[] }} Bar */

/**
 * Bars side by side, each of parts on top of each other.
 * @param {string} title
 * @param {string} description
 * @param {readonly Bar[]} bars
 * @param {{ readonly width: number, readonly height: number }} size
 * @returns {SVGElement}
 */
export function columns(title, description, bars, { width, height }) {
  const most = Math.max(1e-9, ...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
  const step = width / Math.max(1, bars.length);
  const gap = Math.min(2, step / 4);
  const drawn = bars.flatMap(({ label, parts }, index) => {
    let top = height;
    return parts.filter(({ value }) => value > 0).map(({ value, tone }) => {
      const tall = Math.max(1, value / most * (height - 2));
      top -= tall;
      const place = { x: round(index * step), y: round(top), width: round(step - gap), height: round(tall) };
      return s("rect", { ...place, class: tone, rx: 1 }, s("title", {}, `${label}: ${Math.round(value * 10) / 10}`));
    });
  });
  const ground = s("path", { class: "ground", d: `M0 ${height - 0.5}H${width}` });
  return chart(title, description, { width, height }, [ground, ...drawn]);
}

/**
 * How much of a whole something is.
 * @param {string} title
 * @param {number} share From 0 to 1.
 * @param {string} [tone]
 * @returns {SVGElement}
 */
export function share(title, share, tone = "accent") {
  const whole = s("rect", { width: 100, height: 8, rx: 2, class: "groove" });
  const own = s("rect", { width: round(Math.min(1, share) * 100), height: 8, rx: 2, class: tone });
  return chart(title, `${Math.round(share * 100)} %`, { width: 100, height: 8 }, [whole, own]);
}

/**
 * @param {string} title
 * @param {string} description
 * @param {{ readonly width: number, readonly height: number }} size
 * @param {readonly Node[]} content
 * @returns {SVGElement}
 */
function chart(title, description, { width, height }, content) {
  return s(
    "svg",
    {
      role: "img",
      class: "chart",
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: "none",
      "aria-label": `${title}: ${description}`,
    },
    s("title", {}, title),
    s("desc", {}, description),
    ...content,
  );
}

/**
 * @param {number} value
 * @returns {number}
 */
function round(value) {
  return Math.round(value * 100) / 100;
}
