// One HTTP request to one address, and its answer, read to a limit.

import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as requestByHttp } from "node:http";
import { Agent as HttpsAgent, request as requestByHttps } from "node:https";
import { parseAddress } from "../networks/address.ts";
import type { HttpAsk } from "./http_ask.ts";
import { isRedirect } from "./http_redirect.ts";

/** `unreached`: nothing was sent, so another address may be tried. The body of a redirect is not read. */
export type Exchanged =
  | { readonly kind: "answered"; readonly status: number; readonly headers: Headers; readonly body: Uint8Array }
  | { readonly kind: "unreached"; readonly message: string }
  | { readonly kind: "failed"; readonly code: "connection" | "tls" | "tooLarge"; readonly message: string };

/** Names in lower case; a field that came several times has its values joined by ", ". */
export type Headers = { readonly [name: string]: string };

export interface ExchangeLimits {
  /** Octets of the answer's body. */
  readonly most: number;
  /** Certificates to trust in the place of the runtime's own, in PEM. */
  readonly ca?: string;
}

const mostHeaderOctets = 16_384;
const mostHeaderFields = 100;
const unreachedCodes = ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EHOSTDOWN"];

// No answer to another call can be read from it, and no proxy of the environment (Deno has one for every agent that does
// not say otherwise) goes where the address was not checked.
const ownConnection = { keepAlive: false, maxCachedSessions: 0, proxyEnv: {} };

/** Never rejects. When the signal is aborted the connection is destroyed, and the answer is of no use. */
export function exchange(
  ask: HttpAsk,
  address: string,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    const request = open(ask, address, limits, signal);
    const end = (exchanged: Exchanged): void => {
      resolve(exchanged);
      request.destroy();
    };
    // Stays for good: destroying may raise further errors, which nobody needs to know.
    request.on("error", (error) => end(failure(error)));
    request.on("close", () => end(failed("connection", "the connection was closed without an answer")));
    request.on("response", (answer) => receive(answer, limits.most, end));
    request.end(ask.body);
  });
}

/** Connects to the address itself, so that what was checked is what is reached; the name goes into Host and SNI only. */
function open(ask: HttpAsk, address: string, { ca }: ExchangeLimits, signal: AbortSignal): ClientRequest {
  const { method, target, headers, body } = ask;
  const options = {
    host: address,
    port: target.port,
    method,
    path: `${target.path}${target.query}`,
    maxHeaderSize: mostHeaderOctets,
    signal,
    headers: {
      "user-agent": "qpsmtpd",
      ...headers,
      host: target.authority,
      "accept-encoding": "identity",
      ...(body === undefined ? {} : { "content-length": String(body.byteLength) }),
    },
  };
  if (target.scheme === "http") return requestByHttp({ ...options, agent: new HttpAgent(ownConnection) });
  // RFC 6066 §3: an address is no server name; the certificate is then compared with the address.
  const servername = parseAddress(target.host) === undefined ? { servername: target.host } : {};
  // Said aloud, since an environment variable could turn it off for the whole process.
  const trust = { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) };
  return requestByHttps({ ...options, ...servername, ...trust, agent: new HttpsAgent(ownConnection) });
}

function receive(answer: IncomingMessage, most: number, end: (exchanged: Exchanged) => void): void {
  const status = answer.statusCode ?? 0;
  const headers = headersOf(answer.rawHeaders);
  answer.on("error", (error) => end(failure(error)));
  if (headers === undefined) return end(failed("tooLarge", "the header section of the answer is too long"));
  if (isRedirect(status, headers["location"])) {
    return end({ kind: "answered", status, headers, body: new Uint8Array() });
  }
  const pieces: Uint8Array[] = [];
  let octets = 0;
  answer.on("data", (piece: Uint8Array) => {
    octets += piece.byteLength;
    if (octets > most) return end(failed("tooLarge", `the answer has more than ${most} octets`));
    pieces.push(piece);
  });
  answer.on("end", () => {
    // A peer that closes early ends the stream too; only this tells the difference.
    if (answer.complete) end({ kind: "answered", status, headers, body: Buffer.concat(pieces) });
    else end(failed("connection", "the answer was cut off"));
  });
  answer.on("close", () => end(failed("connection", "the answer was cut off")));
}

/** `undefined` if there are too many. Names and values alternate in `raw`. */
function headersOf(raw: readonly string[]): Headers | undefined {
  if (raw.length > 2 * mostHeaderFields || raw.join("").length > mostHeaderOctets) return undefined;
  const headers = new Map<string, string>();
  for (let i = 0; i < raw.length; i += 2) {
    const [name, value] = [(raw[i] ?? "").toLowerCase(), raw[i + 1] ?? ""];
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return Object.fromEntries(headers);
}

function failure(error: Error & { readonly code?: string }): Exchanged {
  const { code = "", message } = error;
  if (unreachedCodes.includes(code)) return { kind: "unreached", message };
  if (code === "HPE_HEADER_OVERFLOW") return failed("tooLarge", "the header section of the answer is too long");
  const isTls = /^(CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO)/.test(code) ||
    /certificate|\btls\b|\bssl\b/i.test(message);
  return failed(isTls ? "tls" : "connection", message);
}

function failed(code: "connection" | "tls" | "tooLarge", message: string): Exchanged {
  return { kind: "failed", code, message };
}
