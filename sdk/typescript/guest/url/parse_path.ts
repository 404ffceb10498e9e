// Path segments, WHATWG URL Standard §4.4 (path state), with `.` and `..` resolved.

import { encodeSets, percentEncode } from "./percent.ts";
import { isSpecial } from "./url_record.ts";

/** Reads `text`, which is without the leading slash, behind the segments that are in `path` already. */
export function parsePath(text: string, scheme: string, path: string[]): void {
  const segments = (isSpecial(scheme) ? text.replaceAll("\\", "/") : text).split("/");
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1;
    const encoded = percentEncode(segment, encodeSets.path);
    const plain = encoded.replace(/%2e/gi, ".");
    if (plain === "..") {
      shortenPath(path, scheme);
      if (last) path.push("");
    } else if (plain === ".") {
      if (last) path.push("");
    } else {
      path.push(scheme === "file" && path.length === 0 && isDriveLetter(encoded) ? `${encoded[0]}:` : encoded);
    }
  }
}

/** Drops the last segment, but never a file's drive letter. */
export function shortenPath(path: string[], scheme: string): void {
  if (scheme === "file" && path.length === 1 && /^[A-Za-z]:$/.test(path[0] ?? "")) return;
  path.pop();
}

export function isDriveLetter(text: string): boolean {
  return /^[A-Za-z][:|]$/.test(text);
}

export function startsWithDriveLetter(text: string): boolean {
  return /^[A-Za-z][:|](?:[/\\?#]|$)/.test(text);
}
