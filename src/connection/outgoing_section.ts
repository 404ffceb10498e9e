// The header section of a message as it leaves: without forged results of ours, then edited. Pure.

import type { Edit } from "../../sdk/contract/verdict.ts";
import { isForged, mentionsResults } from "../authentication_results/forged_fields.ts";
import { editHeaderSection, isHeaderEdit } from "../spool/edit_header_section.ts";
import { type Field, formatHeaderSection, parseHeaderSection } from "../spool/header_section.ts";

/** What of a listener and a message it depends on. */
export interface Writing {
  /** The name of our own results; no field may claim it. */
  readonly id: string;
  /** The header section may hold UTF-8 (RFC 6532). */
  readonly utf8: boolean;
}

/**
 * The section that stands in the place of `original` (blank line included), or `undefined` if that may leave as it is.
 * Edits see what plugins were shown: a section without forged fields; and what they add may not be forged either.
 */
export function outgoingSection(
  original: Uint8Array,
  edits: readonly Edit[],
  { id, utf8 }: Writing,
): Uint8Array | undefined {
  const edited = edits.some(isHeaderEdit);
  if (!edited && !mentionsResults(original)) return undefined;
  const came = parseHeaderSection(original);
  const genuine = withoutForged(came, id);
  if (!edited) return genuine.length === came.length ? undefined : withTail(genuine, tailOf(original, came));
  // The blank line comes back even where the content had none: fields may have been added to nothing.
  return withTail(withoutForged(editHeaderSection(genuine, edits, utf8), id), blankLine);
}

const blankLine = new TextEncoder().encode("\r\n");

function withoutForged(fields: readonly Field[], id: string): readonly Field[] {
  return fields.filter((field) => !isForged(field, id));
}

/** The blank line, if there is one. */
function tailOf(original: Uint8Array, fields: readonly Field[]): Uint8Array {
  return original.subarray(fields.reduce((octets, { raw }) => octets + raw.length, 0));
}

function withTail(fields: readonly Field[], tail: Uint8Array): Uint8Array {
  const octets = formatHeaderSection(fields);
  const whole = new Uint8Array(octets.length + tail.length);
  whole.set(octets);
  whole.set(tail, octets.length);
  return whole;
}
