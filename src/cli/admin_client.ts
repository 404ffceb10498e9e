// Asks the API of a running server: a request, or the stream of what happens. Whatever goes wrong is a value.

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type ApiDoor, type ApiProblem, placeOf, refusal, trouble, unreachable } from "./api_door.ts";
import { bodyOf, connected, exchange, OneConnection, readAll, type Request } from "./api_exchange.ts";
import { askForProof } from "./ask_for_proof.ts";
import { type DoorToken, tokenRemedy } from "./door_token.ts";

/** `body`: JSON if it is, otherwise the text. */
export type ApiAnswer = { readonly kind: "answer"; readonly body: unknown } | ApiProblem;

/** The stream is there; `pieces` end with it, and reject when it is torn. */
export type ApiStream = { readonly kind: "stream"; readonly pieces: AsyncIterable<Uint8Array> } | ApiProblem;

export interface Ask extends Pick<Request, "method" | "path" | "body"> {
  /** Milliseconds, for who cannot wait as long as such a request may take. */
  readonly within?: number;
}

/** Milliseconds for a look, for a change (plugins are compiled), and without a sign of life of a stream. */
const patience = { look: 10_000, change: 90_000, silence: 45_000 };

/** Octets of a reply. */
const longest = 256_000_000;

export async function askApi(door: ApiDoor, ask: Ask): Promise<ApiAnswer> {
  const { within = ask.method === "GET" ? patience.look : patience.change } = ask;
  const opened = await open(door, ask, within);
  if (opened.kind === "problem") return opened;
  const { incoming, socket, token } = opened;
  const timer = setTimeout(() => socket.destroy(), within);
  try {
    const octets = await readAll(incoming, longest);
    if (octets === undefined) return trouble(`${placeOf(door)} sends more than ${longest} octets`);
    const body = bodyOf(octets, incoming);
    const status = incoming.statusCode ?? 0;
    return status < 300 ? { kind: "answer", body } : refusal(door, token, status, body);
  } catch (error) {
    return unreachable(door, error);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** What happens, as server-sent events, behind the entry `after` if there is one; until the signal is aborted. */
export async function listenToApi(door: ApiDoor, signal: AbortSignal, after?: string): Promise<ApiStream> {
  const headers: { readonly [name: string]: string } = after === undefined ? {} : { "last-event-id": after };
  const opened = await open(door, { method: "GET", path: "/events", headers }, patience.look, signal);
  if (opened.kind === "problem") return opened;
  const { incoming, socket, token } = opened;
  const status = incoming.statusCode ?? 0;
  if (status === 200) return { kind: "stream", pieces: piecesOf(incoming, socket) };
  const octets = await readAll(incoming, longest).catch(() => undefined) ?? new Uint8Array();
  socket.destroy();
  return refusal(door, token, status, bodyOf(octets, incoming));
}

type Opened =
  | {
    readonly kind: "opened";
    readonly incoming: IncomingMessage;
    readonly socket: Socket;
    readonly token: DoorToken;
  }
  | ApiProblem;

/** The token goes out on the connection on which it was proved, and when it was: no other listens at its end by then. */
async function open(door: ApiDoor, ask: Request, within: number, signal?: AbortSignal): Promise<Opened> {
  const token = await door.token();
  if ("why" in token) return trouble(token.why, tokenRemedy);
  const { socket, open } = connected(door);
  const limit = new Limit(socket, signal);
  const agent = new OneConnection(socket);
  try {
    await limit.hold(open, Math.min(within, patience.look));
    const proof = askForProof(door, socket, agent, token);
    const problem = await limit.hold(proof, Math.min(within, patience.look));
    if (problem !== undefined) {
      socket.destroy();
      return problem;
    }
    const headers = { authorization: `Bearer ${token.token}`, ...ask.headers };
    const incoming = await limit.hold(exchange(door, agent, { ...ask, headers }), within);
    return { kind: "opened", incoming, socket, token };
  } catch (error) {
    socket.destroy();
    return unreachable(door, error);
  }
}

/** How long something may take on a connection, which ends with the signal. */
class Limit {
  readonly #socket: Socket;
  #fail: (error: Error) => void = () => {};

  constructor(socket: Socket, signal: AbortSignal | undefined) {
    this.#socket = socket;
    const end = (): void => this.#end(new Error("ended"));
    signal?.addEventListener("abort", end);
    socket.once("close", () => signal?.removeEventListener("abort", end));
    if (signal?.aborted === true) end();
  }

  /** Rejects after as many milliseconds, too. */
  async hold<T>(work: Promise<T>, within: number): Promise<T> {
    const late = Promise.withResolvers<never>();
    this.#fail = late.reject;
    const timer = setTimeout(() => this.#end(new Error(`no reply within ${within / 1000} s`)), within);
    try {
      return await Promise.race([work, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #end(error: Error): void {
    this.#fail(error);
    this.#socket.destroy();
  }
}

async function* piecesOf(incoming: IncomingMessage, socket: Socket): AsyncGenerator<Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => socket.destroy(), patience.silence);
  };
  try {
    wait();
    for await (const piece of incoming as AsyncIterable<Uint8Array>) {
      wait();
      yield piece;
    }
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
