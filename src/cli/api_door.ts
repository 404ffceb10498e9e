// Where a command asks the API, and what can be wrong with that: as values, with lines for the operator.

import { connect, type Socket } from "node:net";
import { endOf } from "../admin/ends.ts";
import { escapeControls } from "../text/quote.ts";
import { type DoorToken, type NoToken, tokenRemedy } from "./door_token.ts";

/** An address, or a Unix socket as `unix:/PATH`. */
export interface ApiDoor {
  readonly host: string;
  readonly port: number;
  /** As it is now: a server that starts again has another one in its state folder. */
  readonly token: () => Promise<DoorToken | NoToken>;
}

/** `lines` are for the operator, the first says what is wrong; `document` is what the server sent about it. */
export interface ApiProblem {
  readonly kind: "problem";
  /** 0: there was no reply. */
  readonly status: number;
  readonly lines: readonly string[];
  readonly document?: unknown;
}

type Place = Pick<ApiDoor, "host" | "port">;

export function connectTo({ host, port }: Place): Socket {
  return isUnix(host) ? connect(host.slice("unix:".length)) : connect(port, reachable(host));
}

/** Where this connection has come out: what the server at its other end must take for itself. */
export function reachedAt({ host }: Place, { remoteAddress, remotePort }: Socket): string {
  return isUnix(host) ? host : endOf(remoteAddress, remotePort);
}

/** For the header Host (RFC 9110 §7.2). */
export function hostField({ host, port }: Place): string {
  return isUnix(host) ? "localhost" : endOf(reachable(host), port);
}

/** For messages. */
export function placeOf(place: Place): string {
  return isUnix(place.host) ? place.host : hostField(place);
}

function isUnix(host: string): boolean {
  return host.startsWith("unix:");
}

/** A server that listens everywhere is asked here. */
function reachable(host: string): string {
  const loopback: { readonly [host: string]: string } = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  return loopback[host] ?? host;
}

export function trouble(...lines: readonly string[]): ApiProblem {
  return { kind: "problem", status: 0, lines };
}

/** What to do if it is not the server that answers, or nobody does. */
export const elsewhere: string =
  "start the server (qpsmtpd serve), or say where its API is: --admin HOST:PORT or unix:/PATH, " +
  "or QPSMTPD_ADMIN";

export function unreachable(door: ApiDoor, error: unknown): ApiProblem {
  const place = placeOf(door);
  const { code = "", message = String(error) } = error as { readonly code?: string; readonly message?: string };
  if (["ECONNREFUSED", "ENOENT", "ConnectionRefused", "FailedToOpenSocket"].includes(code)) {
    return trouble(`no server answers at ${place}`, elsewhere);
  }
  if (code === "EACCES" || code === "EPERM") {
    return trouble(`${place} may not be opened by this user`, "be its owner or in its group: sudo, or usermod -aG");
  }
  return trouble(`${place}: ${escapeControls(code === "" ? message : code)}`, elsewhere);
}

/** A problem document (RFC 9457), or something else: then it is not our server. */
export function refusal(door: ApiDoor, { source }: DoorToken, status: number, body: unknown): ApiProblem {
  const { detail, remedy, problems } = (typeof body === "object" && body !== null ? body : {}) as {
    readonly [name: string]: unknown;
  };
  if (typeof detail !== "string" || typeof remedy !== "string") {
    return trouble(`${placeOf(door)} answers ${status}, and not as the API of qpsmtpd does`, elsewhere);
  }
  const all = Array.isArray(problems) ? problems.map(String) : [];
  const lines = status === 401
    ? [`the token of ${source} is not valid at ${placeOf(door)}`, invalidRemedy]
    : [detail, ...all, ...remedy.split("\n")];
  return { kind: "problem", status, lines: lines.map(escapeControls), document: body };
}

export const invalidRemedy: string =
  `${tokenRemedy}; or ask the server whose it is: --admin HOST:PORT or unix:/PATH, or QPSMTPD_ADMIN`;
