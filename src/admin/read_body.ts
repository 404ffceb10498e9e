// Reads the body of a request: bounded in octets and in time, and refused before it is read if it says itself too large.

import { type Problem, tooLarge } from "./problem.ts";

export type Body =
  | { readonly kind: "body"; readonly octets: Uint8Array }
  | { readonly kind: "problem"; readonly problem: Problem };

/** Octets and milliseconds. */
export interface BodyLimits {
  readonly most: number;
  readonly within: number;
}

export async function readBody(request: Request, { most, within }: BodyLimits): Promise<Body> {
  if (Number(request.headers.get("content-length") ?? 0) > most) return { kind: "problem", problem: tooLarge(most) };
  if (request.body === null) return { kind: "body", octets: new Uint8Array(0) };
  const reader = request.body.getReader();
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    void reader.cancel("too slow").catch(() => {});
  }, within);
  try {
    const pieces = await readPieces(reader, most);
    // What was cancelled looks like a body that has ended.
    if (isLate) return { kind: "problem", problem: tooSlow(within) };
    if (pieces !== undefined) return { kind: "body", octets: Buffer.concat(pieces) };
    void reader.cancel("too large").catch(() => {});
    return { kind: "problem", problem: tooLarge(most) };
  } catch {
    // The client is gone: nobody will read this.
    return { kind: "problem", problem: tooSlow(within) };
  } finally {
    clearTimeout(late);
  }
}

/** Undefined if there are too many octets. */
async function readPieces(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  most: number,
): Promise<Uint8Array[] | undefined> {
  const pieces: Uint8Array[] = [];
  for (let size = 0;;) {
    const { done, value } = await reader.read();
    if (done) return pieces;
    size += value.byteLength;
    if (size > most) return undefined;
    pieces.push(value);
  }
}

function tooSlow(within: number): Problem {
  return {
    status: 408,
    title: "Too slow",
    detail: `The body was not here after ${within / 1000} s.`,
    remedy: "Send it again, faster.",
    headers: { connection: "close" },
  };
}
