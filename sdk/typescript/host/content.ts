// `host.content`: the message under way, any part of it, without having all of it.

import type { HeaderField } from "../../contract/event.ts";
import type { HostAccess } from "./host_access.ts";
import { HostError } from "./host_error.ts";
import { encoded, type Octets } from "./octets.ts";

/** Octets; `body` is the offset at which the body begins. */
export interface Extent {
  readonly size: number;
  readonly body: number;
}

/** Offsets are those of the whole content, header section included. HostError `noContent` where there is no message. */
export interface Content {
  extent(): Extent;
  /** As `event.headers`: unfolded, in their order. Needs `content:headers`. */
  headers(): readonly HeaderField[];
  /**
   * The octets from `offset` on, 8,388,608 at most; fewer only at the end. Needs `content:body` for what lies in the
   * body, and `content:headers` for what lies before.
   */
  read(offset: number, length: number): Uint8Array;
  /** The same, each octet as the character of that number (latin1), ready for regular expressions. */
  readText(offset: number, length: number): string;
  /** The first offset at or behind `from` (0) where these octets stand, 256 at most; -1 if nowhere. */
  find(wanted: Octets, from?: number): number;
}

/** A quarter of a plugin's memory. */
const mostOctets = 8_388_608;
/** As much as the host gives as JSON at once. */
const mostText = 65_536;

export function contentOf({ call, readContent }: HostAccess): Content {
  return {
    extent: (): Extent => call("content", { do: "extent" }) as Extent,
    headers: (): readonly HeaderField[] => call("content", { do: "headers" }) as HeaderField[],
    read(offset: number, length: number): Uint8Array {
      check(offset, length);
      const octets = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const count = readContent(offset + filled, octets.subarray(filled));
        if (count < 0) throw whyNot(offset + filled, length - filled);
        if (count === 0) break;
        filled += count;
      }
      return filled === length ? octets : octets.slice(0, filled);
    },
    readText(offset: number, length: number): string {
      check(offset, length);
      let text = "";
      while (text.length < length) {
        const asked = Math.min(mostText, length - text.length);
        const { latin1 } = call("content", {
          do: "read",
          offset: offset + text.length,
          length: asked,
          as: "latin1",
        }) as {
          readonly latin1: string;
        };
        text += latin1;
        if (latin1.length < asked) break;
      }
      return text;
    },
    find(wanted: Octets, from?: number): number {
      return call("content", { do: "find", ...encoded(wanted), from }) as number;
    },
  };

  /** -1 does not say why; the same request in its other form does. */
  function whyNot(offset: number, length: number): HostError {
    try {
      call("content", { do: "read", offset, length: Math.min(length, mostText), as: "latin1" });
    } catch (error) {
      if (error instanceof HostError) return error;
      throw error;
    }
    return new HostError("notGranted", "content:body is not granted for all of these octets");
  }
}

function check(offset: number, length: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0) throw new HostError("badRequest", `${offset} is no offset`);
  if (Number.isSafeInteger(length) && length >= 0 && length <= mostOctets) return;
  throw new HostError("badRequest", `${length} is no length from 0 to ${mostOctets}`);
}
