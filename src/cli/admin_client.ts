// Asks the API of a running server: a request, or the stream of what happens. Whatever goes wrong is a value.

import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { escapeControls } from "../text/quote.ts";

/** An address, or a Unix socket as `unix:/PATH`. `source` says where the token comes from. */
export interface ApiDoor {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly source: string;
}

/** `lines` are for the operator, the first says what is wrong; `document` is what the server sent about it. */
export interface ApiProblem {
  readonly kind: "problem";
  /** 0: there was no reply. */
  readonly status: number;
  readonly lines: readonly string[];
  readonly document?: unknown;
}

/** `body`: JSON if it is, otherwise the text. */
export type ApiAnswer = { readonly kind: "answer"; readonly body: unknown } | ApiProblem;

/** The stream is there; `pieces` end with it, and reject when it is torn. */
export type ApiStream = { readonly kind: "stream"; readonly pieces: AsyncIterable<Uint8Array> } | ApiProblem;

export interface Ask {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: Uint8Array;
  /** Milliseconds, for who cannot wait as long as such a request may take. */
  readonly within?: number;
}

/** Milliseconds for a look, for a change (plugins are compiled), and without a sign of life of a stream. */
const patience = { look: 10_000, change: 90_000, silence: 45_000 };

/** Octets of a reply. */
const longest = 256_000_000;

export async function askApi(door: ApiDoor, ask: Ask): Promise<ApiAnswer> {
  const { within = ask.method === "GET" ? patience.look : patience.change } = ask;
  const opened = await open(door, ask, { within });
  if (opened.kind === "problem") return opened;
  const { incoming, outgoing } = opened;
  const timer = setTimeout(() => outgoing.destroy(), within);
  try {
    const octets = await readAll(incoming);
    if (octets === undefined) return trouble(`${placeOf(door)} sends more than ${longest} octets`);
    const body = bodyOf(new TextDecoder().decode(octets), incoming.headers["content-type"] ?? "");
    const status = incoming.statusCode ?? 0;
    return status < 300 ? { kind: "answer", body } : refusal(door, status, body);
  } catch (error) {
    return unreachable(door, error);
  } finally {
    clearTimeout(timer);
    outgoing.destroy();
  }
}

/** What happens, as server-sent events, behind the entry `after` if there is one; until the signal is aborted. */
export async function listenToApi(door: ApiDoor, signal: AbortSignal, after?: string): Promise<ApiStream> {
  const headers: { readonly [name: string]: string } = after === undefined ? {} : { "last-event-id": after };
  const opened = await open(door, { method: "GET", path: "/events" }, { within: patience.look, headers, signal });
  if (opened.kind === "problem") return opened;
  const { incoming, outgoing } = opened;
  const status = incoming.statusCode ?? 0;
  if (status === 200) return { kind: "stream", pieces: piecesOf(incoming, outgoing) };
  const octets = await readAll(incoming).catch(() => undefined) ?? new Uint8Array();
  return refusal(door, status, bodyOf(new TextDecoder().decode(octets), incoming.headers["content-type"] ?? ""));
}

interface Opening {
  readonly within: number;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
}

type Opened =
  | { readonly kind: "opened"; readonly incoming: IncomingMessage; readonly outgoing: ClientRequest }
  | ApiProblem;

function open(door: ApiDoor, { method, path, body }: Ask, { within, headers = {}, signal }: Opening): Promise<Opened> {
  return new Promise((resolve) => {
    const { host, port, token } = door;
    const unix = host.startsWith("unix:");
    const place = unix ? { socketPath: host.slice("unix:".length) } : { host: reachable(host), port };
    const length = method === "GET" ? {} : { "content-length": String(body?.length ?? 0) };
    const outgoing = request({
      ...place,
      method,
      path,
      agent: false,
      headers: {
        host: unix ? "localhost" : hostField(host, port),
        authorization: `Bearer ${token}`,
        ...length,
        ...headers,
      },
    });
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      outgoing.destroy();
      resolve(unreachable(door, error));
    };
    const timer = setTimeout(() => fail(new Error(`no reply within ${within / 1000} s`)), within);
    const end = (): void => fail(new Error("ended"));
    signal?.addEventListener("abort", end);
    outgoing.on("close", () => signal?.removeEventListener("abort", end));
    outgoing.on("error", fail);
    outgoing.on("response", (incoming) => {
      clearTimeout(timer);
      resolve({ kind: "opened", incoming, outgoing });
    });
    outgoing.end(body);
  });
}

/** A server that listens everywhere is asked here. */
function reachable(host: string): string {
  const loopback: { readonly [host: string]: string } = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  return loopback[host] ?? host;
}

function hostField(host: string, port: number): string {
  const name = reachable(host);
  return name.includes(":") ? `[${name}]:${port}` : `${name}:${port}`;
}

export function placeOf({ host, port }: Pick<ApiDoor, "host" | "port">): string {
  return host.startsWith("unix:") ? host : hostField(host, port);
}

/** Undefined: too long. */
async function readAll(incoming: IncomingMessage): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of incoming as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > longest) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function* piecesOf(incoming: IncomingMessage, outgoing: ClientRequest): AsyncGenerator<Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => outgoing.destroy(), patience.silence);
  };
  try {
    wait();
    for await (const piece of incoming as AsyncIterable<Uint8Array>) {
      wait();
      yield piece;
    }
  } finally {
    clearTimeout(timer);
    outgoing.destroy();
  }
}

function bodyOf(text: string, type: string): unknown {
  if (!/^application\/(?:problem\+)?json\b/i.test(type)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function trouble(...lines: readonly string[]): ApiProblem {
  return { kind: "problem", status: 0, lines };
}

const start = "start the server (qpsmtpd serve), or say where its API is: --admin HOST:PORT or unix:/PATH";

function unreachable(door: ApiDoor, error: unknown): ApiProblem {
  const place = placeOf(door);
  const { code = "", message = String(error) } = error as { readonly code?: string; readonly message?: string };
  if (["ECONNREFUSED", "ENOENT", "ConnectionRefused", "FailedToOpenSocket"].includes(code)) {
    return trouble(`no server answers at ${place}`, start);
  }
  if (code === "EACCES" || code === "EPERM") {
    return trouble(`${place} may not be opened by this user`, "be its owner or in its group: sudo, or usermod -aG");
  }
  return trouble(`${place}: ${escapeControls(code === "" ? message : code)}`, start);
}

/** A problem document (RFC 9457), or something else: then it is not our server. */
function refusal(door: ApiDoor, status: number, body: unknown): ApiProblem {
  const { detail, remedy, problems } = (typeof body === "object" && body !== null ? body : {}) as {
    readonly [name: string]: unknown;
  };
  if (typeof detail !== "string" || typeof remedy !== "string") {
    return trouble(`${placeOf(door)} answers ${status}, and not as the API of qpsmtpd does`, start);
  }
  const all = Array.isArray(problems) ? problems.map(String) : [];
  const lines = status === 401
    ? [`the token of ${door.source} is not valid at ${placeOf(door)}`, tokenRemedy]
    : [detail, ...all, ...remedy.split("\n")];
  return { kind: "problem", status, lines: lines.map(escapeControls), document: body };
}

/** What to do without a valid token. */
export const tokenRemedy: string =
  "make one (qpsmtpd token --role ROLE NAME) and give it by QPSMTPD_TOKEN or --token-file FILE";
