// Domain names of other scripts, as the domain name system knows them.

/**
 * In lower case and without a final dot, its labels of other scripts as A-labels (RFC 5890 §2.3.2.1); undefined if that
 * is longer than 253 characters or has others than letters, digits, `-` and `_`, which no domain of a mailbox has.
 */
export function asciiDomain(domain: string): string | undefined {
  // A label of 63 octets stands for no more characters than that.
  if (domain.length > 255) return undefined;
  const labels = domain.normalize("NFC").toLowerCase().replace(/\.$/, "").split(".").map(asciiLabel);
  const ascii = labels.join(".");
  const valid = ascii.length <= 253 && labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
  return valid ? ascii : undefined;
}

function asciiLabel(label: string): string {
  return /^[\0-\x7f]*$/.test(label) ? label : `xn--${punycode(label)}`;
}

/** RFC 3492 §6.3, for labels of at most 255 characters: no sum is beyond what a number holds. */
function punycode(label: string): string {
  const points = Array.from(label, (character) => character.codePointAt(0) ?? 0);
  const basic = points.filter((point) => point < 128);
  let written = basic.length > 0 ? `${String.fromCharCode(...basic)}-` : "";
  let [done, bias, delta, next] = [basic.length, 72, 0, 128];
  while (done < points.length) {
    const least = Math.min(...points.filter((point) => point >= next));
    delta += (least - next) * (done + 1);
    for (const point of points) {
      if (point < least) delta++;
      if (point !== least) continue;
      written += variableLength(delta, bias);
      bias = adapted(delta, done + 1, done === basic.length);
      delta = 0;
      done++;
    }
    delta++;
    next = least + 1;
  }
  return written;
}

/** RFC 3492 §3.3 */
function variableLength(delta: number, bias: number): string {
  let [rest, written] = [delta, ""];
  for (let k = 36;; k += 36) {
    const threshold = Math.max(1, Math.min(26, k - bias));
    if (rest < threshold) return written + digit(rest);
    written += digit(threshold + (rest - threshold) % (36 - threshold));
    rest = Math.floor((rest - threshold) / (36 - threshold));
  }
}

function digit(value: number): string {
  return String.fromCharCode(value < 26 ? value + 97 : value + 22);
}

/** RFC 3492 §6.1 */
function adapted(delta: number, points: number, first: boolean): number {
  let rest = Math.floor(delta / (first ? 700 : 2));
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > 455; k += 36) rest = Math.floor(rest / 35);
  return k + Math.floor(36 * rest / (rest + 38));
}
