// Clients of the API that say exactly the octets they are told to, and one that listens to its events.

import assert from "node:assert/strict";
import { connect } from "node:net";

export interface Talk {
  readonly text: string;
  readonly closed: boolean;
  /** Octets that went out behind the text. */
  readonly sent: number;
}

type Where = { readonly port: number; readonly host: string } | { readonly path: string };

/** Octets as they are, and `more` behind them; resolves when the server has closed, or after `within` milliseconds. */
export function talkTo(where: Where, text: string, within?: number, more?: Uint8Array): Promise<Talk> {
  return new Promise((resolve) => {
    const socket = connect(where);
    let heard = "";
    let sent = 0;
    const settle = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: heard, closed, sent });
    };
    const timer = setTimeout(() => settle(false), within ?? 60_000);
    socket.on("data", (octets) => void (heard += octets.toString("latin1")));
    socket.on("error", () => {});
    socket.on("close", () => settle(true));
    socket.write(text);
    const feed = (): void => {
      while (more !== undefined && sent < more.length && !socket.destroyed) {
        const piece = more.subarray(sent, sent + 65_536);
        sent += piece.length;
        if (!socket.write(piece)) return void socket.once("drain", feed);
      }
    };
    feed();
  });
}

/** The stream of events, with a token that may read them. */
export async function listenToEvents(
  port: number,
  headers: { readonly [name: string]: string },
): Promise<{ until(pattern: RegExp): Promise<void>; close(): void }> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(120_000)]);
  const reply = await fetch(`http://127.0.0.1:${port}/events`, { headers, signal });
  assert.equal(reply.headers.get("content-type"), "text/event-stream");
  const reader = reply.body?.getReader();
  let heard = "";
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(heard)) {
      const { value, done } = await reader?.read() ?? { done: true };
      if (done) throw new Error(`no ${pattern} in ${heard}`);
      heard += new TextDecoder().decode(value);
    }
  };
  return { until, close: () => over.abort() };
}
