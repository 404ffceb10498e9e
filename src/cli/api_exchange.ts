// One connection to the API, and what goes over it: a request, the header section of its reply, its body.

import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import process from "node:process";
import type { Duplex } from "node:stream";
import { type ApiDoor, connectTo, hostField } from "./api_door.ts";

/** Gives out one connection and never opens another: what may be said to one peer is said to no other. */
export class OneConnection extends Agent {
  #socket: Socket | undefined;

  constructor(socket: Socket) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#socket = socket;
  }

  override createConnection(...[, callback]: Parameters<Agent["createConnection"]>): Duplex | null | undefined {
    const socket = this.#socket;
    this.#socket = undefined;
    // Who has closed it before the reply was over has not kept it for another request.
    if (socket === undefined) process.nextTick(() => callback?.(new Error("ended"), undefined as never));
    return socket;
  }
}

/** Resolves when it is open. Rejects with what the system says. */
export function connected(door: ApiDoor): { readonly socket: Socket; readonly open: Promise<void> } {
  const socket = connectTo(door);
  const open = new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("close", () => reject(new Error("ended")));
    // It stays: nobody else listens between two requests.
    socket.on("error", reject);
  });
  return { socket, open };
}

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Uint8Array | undefined;
}

/** Resolves with the header section of the reply. */
export function exchange(door: ApiDoor, agent: OneConnection, asked: Request): Promise<IncomingMessage> {
  const { method, path, headers = {}, body } = asked;
  const { host, port } = door;
  const place = host.startsWith("unix:") ? { socketPath: host.slice("unix:".length) } : { host, port };
  const length = method === "GET" ? {} : { "content-length": String(body?.length ?? 0) };
  return new Promise((resolve, reject) => {
    const outgoing: ClientRequest = request({
      ...place,
      agent,
      method,
      path,
      headers: { host: hostField(door), ...length, ...headers },
    });
    outgoing.on("error", reject);
    outgoing.on("response", resolve);
    outgoing.end(body);
  });
}

/** Undefined: more octets than `most`. */
export async function readAll(incoming: IncomingMessage, most: number): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of incoming as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > most) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** JSON if it is, otherwise the text. */
export function bodyOf(octets: Uint8Array, { headers }: IncomingMessage): unknown {
  const text = new TextDecoder().decode(octets);
  if (!/^application\/(?:problem\+)?json\b/i.test(headers["content-type"] ?? "")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
