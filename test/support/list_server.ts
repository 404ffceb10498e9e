// A web server with one list, whose answers a test can change while it runs.

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { apiCertificate } from "./api_certificate.ts";

/** In the place of the list. */
export type Answer = (request: IncomingMessage, answer: ServerResponse) => void;

export class ListServer {
  text: string;
  answer: Answer | undefined;
  /** What came, as `/path` or `/path if ETAG`. */
  readonly asked: string[] = [];
  readonly #server: ReturnType<typeof createServer>;
  readonly #scheme: string;

  /** `secure`: with the certificate that api_certificate.ts holds. */
  constructor(text: string, secure = false) {
    this.text = text;
    this.#scheme = secure ? "https" : "http";
    const listener: RequestListener = (request, answer) => this.#serve(request, answer);
    this.#server = secure ? createTlsServer(apiCertificate, listener) : createServer(listener);
  }

  /** On 127.0.0.1; the port if it had one before. */
  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}/list`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, answer: ServerResponse): void {
    const known = request.headers["if-none-match"];
    this.asked.push(known === undefined ? `${request.url}` : `${request.url} if ${known}`);
    if (this.answer !== undefined) return this.answer(request, answer);
    const etag = `"${this.text.length}-${Buffer.from(this.text).toString("hex").slice(0, 40)}"`;
    if (known === etag) answer.writeHead(304).end();
    else answer.writeHead(200, { etag, "content-type": "text/plain" }).end(this.text);
  }
}
