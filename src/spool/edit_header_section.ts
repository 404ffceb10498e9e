// Makes the changes that plugins asked of a header section; what nobody asked to change stays octet for octet.

import type { Edit } from "../../sdk/contract/verdict.ts";
import { encodeWords } from "./encode_words.ts";
import { type Field, parseField } from "./header_section.ts";

// RFC 5322 §2.1.1, both without CRLF: the limit, and where lines should end.
const longestLine = 998;
const wantedLine = 78;

export function isHeaderEdit({ edit }: Edit): boolean {
  return edit.endsWith("Header");
}

/**
 * Applies the edits in order, passing over those of the envelope. `utf8`: the section may hold UTF-8 (RFC 6532); otherwise
 * other characters than ASCII are encoded (RFC 2047). Throws TypeError where `formatField` does.
 */
export function editHeaderSection(fields: readonly Field[], edits: readonly Edit[], utf8: boolean): readonly Field[] {
  return edits.reduce((section, edit) => editOnce(section, edit, utf8), fields);
}

function editOnce(fields: readonly Field[], edit: Edit, utf8: boolean): readonly Field[] {
  switch (edit.edit) {
    case "addHeader":
      return [formatField(edit.name, edit.value, utf8), ...fields];
    case "insertHeader":
      return fields.toSpliced(placeOfNth(fields, edit.at), 0, formatField(edit.name, edit.value, utf8));
    case "removeHeader": {
      const places = placesOf(fields, edit.name);
      const doomed = new Set(edit.nth === undefined ? places : places.slice(edit.nth - 1, edit.nth));
      return fields.filter((_, index) => !doomed.has(index));
    }
    case "replaceHeader": {
      const field = formatField(edit.name, edit.value, utf8);
      const place = placesOf(fields, edit.name)[(edit.nth ?? 1) - 1];
      return place === undefined ? [field, ...fields] : fields.with(place, field);
    }
    default:
      return fields;
  }
}

/** Lines that are no field are not counted: plugins do not see them. */
function placeOfNth(fields: readonly Field[], nth: number): number {
  const places = fields.flatMap(({ name }, index) => name === "" ? [] : [index]);
  return places[nth - 1] ?? fields.length;
}

function placesOf(fields: readonly Field[], name: string): readonly number[] {
  const wanted = name.toLowerCase();
  return fields.flatMap((field, index) => field.name.toLowerCase() === wanted ? [index] : []);
}

/** RFC 5322 §2.2: printable ASCII without the colon. Bounded so that a line with a value on it stays possible. */
function isFieldName(name: string): boolean {
  return /^[\x21-\x39\x3b-\x7e]{1,200}$/.test(name);
}

/**
 * A field made of a plugin's words, folded. A name or value that could end the field is a bug of whoever let it get
 * here: TypeError.
 */
export function formatField(name: string, value: string, utf8: boolean): Field {
  if (!isFieldName(name)) throw new TypeError(`Cannot make a header field: ${JSON.stringify(name)} is no field name`);
  // deno-lint-ignore no-control-regex -- exactly these three end a line somewhere
  if (/[\r\n\x00]/.test(value)) throw new TypeError(`Cannot make the header field ${name}: CR, LF or NUL in its value`);
  const octets = Buffer.from(utf8 ? value : encodeWords(value), "utf8").toString("latin1");
  return parseField(`${fold(`${name}:`, octets)}\r\n`);
}

/** Breaks only in front of white space, as unfolding wants it, unless one word is longer than a line may ever be. */
function fold(start: string, octets: string): string {
  const lines: string[] = [];
  let line = start;
  for (const word of octets.match(/[ \t]*[^ \t]+/g) ?? []) {
    let rest = /^[ \t]/.test(word) ? word : ` ${word}`;
    // Not right behind the colon: some readers take a field with an empty first line for a broken one.
    if (line.length + rest.length > wantedLine && line !== start) {
      lines.push(line);
      line = "";
    }
    while (line.length + rest.length > longestLine) {
      const cut = characterStart(rest, longestLine - line.length);
      lines.push(line + rest.slice(0, cut));
      rest = ` ${rest.slice(cut)}`;
      line = "";
    }
    line += rest;
  }
  return [...lines, line].join("\r\n");
}

/** The last place not behind `end` where a UTF-8 character begins. */
function characterStart(octets: string, end: number): number {
  let place = end;
  while (place > end - 3 && (octets.charCodeAt(place) & 0xc0) === 0x80) place--;
  return place;
}
