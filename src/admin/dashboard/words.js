// Numbers and times as people read them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/**
 * @param {number} value
 * @returns {string}
 */
export function count(value) {
  return Math.abs(value) < 100_000 ? whole.format(value) : compact.format(value);
}

/**
 * Per minute, per second: small ones with digits behind the point.
 * @param {number | undefined} value
 * @returns {string}
 */
export function rate(value) {
  if (value === undefined) return "–";
  return value < 100 ? short.format(Math.round(value * 10) / 10) : count(value);
}

/**
 * @param {number} value In microseconds.
 * @returns {string}
 */
export function micros(value) {
  if (value < 1000) return `${short.format(value)} µs`;
  if (value < 1_000_000) return `${short.format(value / 1000)} ms`;
  return `${short.format(value / 1_000_000)} s`;
}

/**
 * @param {number} value In octets.
 * @returns {string}
 */
export function octets(value) {
  if (value < 1024) return `${value} B`;
  if (value < 1_048_576) return `${short.format(value / 1024)} KiB`;
  return `${short.format(value / 1_048_576)} MiB`;
}

/**
 * @param {number} milliseconds
 * @returns {string}
 */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/**
 * Milliseconds after the beginning of a session: `1.204 s`.
 * @param {number} milliseconds
 * @returns {string}
 */
export function offset(milliseconds) {
  return `${(milliseconds / 1000).toFixed(3)} s`;
}

/**
 * The time of the day.
 * @param {number} at Milliseconds since 1970.
 * @returns {string}
 */
export function clock(at) {
  return new Date(at).toTimeString().slice(0, 8);
}

/**
 * Day and time.
 * @param {number} at Milliseconds since 1970.
 * @returns {string}
 */
export function moment(at) {
  const date = new Date(at);
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(at)}`;
}

/**
 * The beginning of a digest, enough to tell versions apart.
 * @param {string | undefined} value
 * @returns {string}
 */
export function digest(value) {
  return value === undefined ? "–" : value.slice(0, 12);
}

/**
 * `1 session`, `2 sessions`.
 * @param {number} value
 * @param {string} noun
 * @returns {string}
 */
export function plural(value, noun) {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}
