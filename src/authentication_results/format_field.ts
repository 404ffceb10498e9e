// Writes the Authentication-Results field. RFC 8601 §2.2. Whatever the strings hold, the field has the shape meant here.

import type { AuthenticationResult } from "../../sdk/contract/verdict.ts";
import { isKeyword, isProperty } from "./registry.ts";

// RFC 5322 §2.1.1, without CRLF.
const wantedLine = 78;

// RFC 2045 §5.1: no white space, no control character, no tspecial.
const token = /^[!#$%&'*+.^_`{|}~0-9A-Za-z-]+$/;
// `local-part "@" domain-name`, or `"@" domain-name`: pvalue of RFC 8601 §2.2.
const atom = "[!#$%&'*+/=?^_`{|}~0-9A-Za-z-]+";
const mailbox = new RegExp(`^(?:${atom}(?:\\.${atom})*)?@[0-9A-Za-z](?:[0-9A-Za-z.-]*[0-9A-Za-z])?$`);

/**
 * One field with its folding and final CRLF, as characters. `utf8`: the message may have UTF-8 in its header section
 * (RFC 6532); otherwise `?` stands for every character that is not ASCII. Throws TypeError for a method, a result or a
 * property that is none: those were checked when the plugin answered.
 */
export function formatResultsField(id: string, results: readonly AuthenticationResult[], utf8: boolean): string {
  if (!token.test(id)) throw new TypeError(`Cannot write Authentication-Results: ${JSON.stringify(id)} is no token`);
  const start = `Authentication-Results: ${id};`;
  if (results.length === 0) return `${start} none\r\n`;
  return `${[start, ...results.map((result) => formatResult(result, utf8))].join("\r\n").replace(/;$/, "")}\r\n`;
}

/** `<TAB>iprev=pass policy.iprev=192.0.2.1;`, folded. */
function formatResult({ method, result, reason, properties = {} }: AuthenticationResult, utf8: boolean): string {
  if (!isKeyword(method) || !isKeyword(result)) {
    throw new TypeError(`Cannot write Authentication-Results: ${JSON.stringify(`${method}=${result}`)} is no result`);
  }
  const words = [`${method}=${result}`];
  if (reason !== undefined) words.push(`reason=${quoted(clean(reason, utf8))}`);
  for (const [property, value] of Object.entries(properties)) {
    if (!isProperty(property)) {
      throw new TypeError(`Cannot write Authentication-Results: ${JSON.stringify(property)} is no property`);
    }
    words.push(`${property}=${formatValue(clean(value, utf8))}`);
  }
  return fold(`\t${words.join(" ")};`);
}

function formatValue(text: string): string {
  return token.test(text) || mailbox.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** What could end a line somewhere, or be half a character, is `?` whoever wrote it. */
function clean(text: string, utf8: boolean): string {
  return text.toWellFormed().replace(utf8 ? /[\p{Cc}\p{Zl}\p{Zp}\ufffd]/gu : /[^ -~]/gu, "?");
}

/** Breaks in front of blanks only, also of those in quotes: unfolding gives every value back. RFC 5322 §2.2.3. */
function fold(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.match(/[\t ]*[^\t ]+/g) ?? []) {
    if (line !== "" && line.length + word.length > wantedLine) {
      lines.push(line);
      line = "";
    }
    line += word;
  }
  return [...lines, line].join("\r\n");
}
