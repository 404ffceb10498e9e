// A message under way.

import type { HeaderField } from "../../contract/event.ts";
import { fromBase64, type Octets } from "../host/octets.ts";

interface Asked {
  readonly do: string;
  readonly offset: number;
  readonly length: number;
  readonly text?: string;
  readonly base64?: string;
  readonly from?: number;
}

export interface FakeContent {
  answer(request: object): unknown;
  readInto(offset: number, into: Uint8Array): number;
}

/** Lines end in CRLF, as in mail. */
export function fakeContent(content: Octets): FakeContent {
  const octets = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const characters = latin1(octets);
  const blank = /^\r\n|\r\n\r\n/.exec(characters);
  const body = blank === null ? octets.length : blank.index + blank[0].length;
  return {
    answer(request: object): unknown {
      const asked = request as Asked;
      if (asked.do === "extent") return { size: octets.length, body };
      if (asked.do === "headers") return fieldsOf(characters.slice(0, body));
      if (asked.do === "read") return { latin1: characters.substr(asked.offset, asked.length) };
      const wanted = asked.text === undefined ? fromBase64(asked.base64 ?? "") : new TextEncoder().encode(asked.text);
      return characters.indexOf(latin1(wanted), asked.from);
    },
    readInto(offset: number, into: Uint8Array): number {
      const part = octets.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    },
  };
}

function fieldsOf(section: string): HeaderField[] {
  const lines = section.replaceAll(/\r\n(?=[ \t])/g, "").split("\r\n").filter((line) => line.includes(":"));
  return lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trimEnd(), line.slice(colon + 1).trim()];
  });
}

function latin1(octets: Uint8Array): string {
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
}
