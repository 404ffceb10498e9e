// Somebody who listens where a command looks for its server: he keeps all that he hears, and answers as he likes.

import assert from "node:assert/strict";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: { readonly [name: string]: string };
}

export interface Thief {
  readonly port: number;
  /** Of each request all that came before its body. */
  readonly heard: readonly string[];
  /** Connections so far. */
  readonly guests: () => number;
  close(): Promise<void>;
}

/** At 127.0.0.1 and a port, or at the path of a Unix socket; `answer` gets the path of each request. */
export async function startThief(
  place: number | string,
  answer: (path: string) => Answer | Promise<Answer>,
): Promise<Thief> {
  const heard: string[] = [];
  let guests = 0;
  const server = createServer((incoming, outgoing) => {
    const { method = "", url = "", rawHeaders } = incoming;
    heard.push(`${method} ${url} ${rawHeaders.join(" ")}`);
    void Promise.resolve(answer(url)).then(({ status, body, headers = {} }) => {
      outgoing.writeHead(status, { "content-type": "application/json", ...headers });
      outgoing.end(body);
    });
  });
  server.on("connection", () => guests++);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(typeof place === "string" ? { path: place } : { port: place, host: "127.0.0.1" }, resolve);
  });
  return {
    port: typeof place === "string" ? 0 : (server.address() as AddressInfo).port,
    heard,
    guests: () => guests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** As a server of another state folder would answer: in the right form, made of nothing. */
export function madeUpProof(address: string): Answer {
  return { status: 200, body: JSON.stringify({ address, nonce: "n".repeat(43), proof: "p".repeat(43) }) };
}

/** What the real server says to the same question: the thief stands between it and its client. */
export function passingOnTo(port: number): (path: string) => Promise<Answer> {
  return (path) =>
    new Promise((resolve, reject) => {
      const outgoing = request({ host: "127.0.0.1", port, path, agent: false }, (incoming: IncomingMessage) => {
        let body = "";
        incoming.setEncoding("utf8").on("data", (text: string) => body += text);
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body }));
      });
      outgoing.on("error", reject);
      outgoing.end();
    });
}

/** He was asked for a proof and nothing else, and heard nothing that is of use to him. */
export function assertLeftEmpty({ heard }: Thief, token: string): void {
  assert.ok(heard.length > 0, "he was never asked");
  assert.ok(token.length > 20, "there is a token to be had");
  for (const each of heard) {
    assert.match(each, /^GET \/proof\?/);
    assert.doesNotMatch(each, /authorization|bearer/i);
    assert.ok(!each.includes(token), each);
  }
}
