// `qpsmtpd tail`: what happens in the running server, a line each, until it is told to stop.

import { setTimeout as pause } from "node:timers/promises";
import type { Happening } from "../live/happening.ts";
import { type ApiStream, listenToApi } from "./admin_client.ts";
import type { ApiDoor, ApiProblem } from "./api_door.ts";
import type { ApiSelection, TailWanted } from "./api_arguments.ts";
import { EventDecoder } from "./event_decoder.ts";
import type { Output } from "./output.ts";
import { painter } from "./paint.ts";
import { safeJson } from "./safe_json.ts";
import { TailFilter } from "./tail_filter.ts";
import { tailLine } from "./tail_line.ts";
import type { Terminal } from "./terminal.ts";
import { findDoor, tellProblem } from "./told.ts";

/** Milliseconds before it tries again: the first time, and at the most. */
const waits = { first: 500, most: 10_000 };

/** Exit code 0 when it was told to stop or nobody reads any more, 1 if it cannot listen. */
export async function tail(
  selection: ApiSelection,
  wanted: TailWanted,
  output: Output,
  terminal: Terminal,
): Promise<number> {
  const door = await findDoor("tail", selection, output);
  if (door === undefined) return 1;
  const listener = new Listener(wanted, selection.json, terminal);
  const { over } = terminal;
  let stream = await listenToApi(door, over);
  if (stream.kind === "problem" && !over.aborted) return refused(stream, selection, output);
  if (!selection.json && terminal.interactive) output.complain("tail: listening; Ctrl-C ends it");
  while (!over.aborted) {
    if (stream.kind === "stream") await listener.hear(stream.pieces);
    if (over.aborted) break;
    output.complain("tail: the connection has ended; trying again");
    stream = await again(door, listener, over);
    if (over.aborted) break;
    if (stream.kind === "problem") return refused(stream, selection, output);
    output.complain("tail: connected again");
  }
  return 0;
}

function refused(problem: ApiProblem, { json }: ApiSelection, output: Output): number {
  tellProblem("tail", problem, json, output);
  return 1;
}

/** A stream, or a refusal that waiting does not change: of the token, for instance. */
async function again(door: ApiDoor, listener: Listener, over: AbortSignal): Promise<ApiStream> {
  for (let wait = waits.first;; wait = Math.min(waits.most, wait * 2)) {
    await pause(wait, undefined, { signal: over }).catch(() => {});
    const stream = await listenToApi(door, over, listener.last);
    if (stream.kind === "stream" || over.aborted) return stream;
    if ([401, 403, 421].includes(stream.status)) return stream;
  }
}

class Listener {
  readonly #filter: TailFilter;
  readonly #format: (happening: Happening) => string;
  readonly #terminal: Terminal;
  /** The id of the last event. */
  last: string | undefined;

  constructor(wanted: TailWanted, json: boolean, terminal: Terminal) {
    const paint = painter(terminal.colours);
    this.#filter = new TailFilter(wanted);
    this.#format = json ? safeJson : (happening) => tailLine(happening, paint);
    this.#terminal = terminal;
  }

  /** Until the stream ends, however that comes. */
  async hear(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new EventDecoder();
    const { over } = this.#terminal;
    const stopped = new Promise<void>((resolve) => over.addEventListener("abort", () => resolve(), { once: true }));
    const iterator = pieces[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await Promise.race([iterator.next(), stopped]);
        if (next === undefined || next.done === true) break;
        if (!await this.#show(next.value, decoder)) break;
      }
    } catch {
      // Torn: the same as its end.
    }
    // Not waited for: it may itself wait for the next piece.
    void iterator.return?.().catch(() => {});
  }

  /** Waits until it is written: who reads slowly makes the server drop the oldest, and say so. */
  async #show(octets: Uint8Array, decoder: EventDecoder): Promise<boolean> {
    const lines: string[] = [];
    for (const { id, text } of decoder.push(octets)) {
      this.last = id;
      const happening = JSON.parse(text) as Happening;
      if (this.#filter.wants(happening)) lines.push(`${this.#format(happening)}\n`);
    }
    return lines.length === 0 || await this.#terminal.write(lines.join(""));
  }
}
