// Reads the header that a proxy puts before everything else, versions 1 and 2 of the PROXY protocol of HAProxy.

import type { Progress } from "./header.ts";
import { readVersion1 } from "./version_1.ts";
import { isVersion2, readVersion2 } from "./version_2.ts";

/** One connection's header. Holds at most what belongs to it: 4,112 octets. */
export class ProxyHeaderReader {
  #held: Uint8Array = new Uint8Array();

  /** Call until the answer is not `more`. The same octets give the same answer, in however many pieces they come. */
  push(octets: Uint8Array): Progress {
    const before = this.#held.length;
    const all = before === 0 ? octets : concat(this.#held, octets);
    const progress = read(all);
    if (progress.kind === "header") return { ...progress, rest: progress.rest - before };
    // The chunk belongs to the socket, which may use its memory again. The slice of a Buffer would not be a copy.
    if (progress.kind === "more") this.#held = before === 0 ? new Uint8Array(all) : all;
    return progress;
  }
}

/** Nothing says in advance which version will come, and the first octet is enough to tell. */
function read(octets: Uint8Array): Progress {
  if (octets.length === 0) return { kind: "more", need: 15 };
  return isVersion2(octets) ? readVersion2(octets) : readVersion1(octets);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
