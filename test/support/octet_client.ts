// A client for transcripts: sends octets in any cuts, gives lines exactly as they came, and can start TLS.

import { connect, type Socket } from "node:net";
import { connect as startTls } from "node:tls";
import { apiCertificate } from "./api_certificate.ts";

/** Text is one latin1 character an octet. */
export class OctetClient {
  readonly #patience: number;
  #socket: Socket;
  #received = "";
  #ended = false;
  #wake = (): void => {};

  private constructor(socket: Socket, patience: number) {
    this.#patience = patience;
    this.#socket = socket;
    this.#listen(socket);
  }

  /** `patience`: milliseconds after which a silent server is an error. */
  static async connect(port: number, patience = 60_000): Promise<OctetClient> {
    // Half-open: what the server says after we have closed our side is heard too.
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const client = new OctetClient(socket, patience);
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return client;
  }

  /** What was received and not taken. */
  get unread(): string {
    return this.#received;
  }

  send(octets: string): void {
    if (!this.#ended && this.#socket.writable) this.#socket.write(octets, "latin1");
  }

  /** Sends each piece by itself: the server has read it before the next one leaves. */
  async sendCut(pieces: readonly string[]): Promise<void> {
    for (const piece of pieces) {
      if (this.#ended || !this.#socket.writable) return;
      this.#socket.write(piece, "latin1");
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The next line without its CRLF; "closed" once the server has closed. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#received.indexOf("\r\n");
      if (end !== -1) {
        const line = this.#received.slice(0, end);
        this.#received = this.#received.slice(end + 2);
        return line;
      }
      if (this.#ended) return this.#received === "" ? "closed" : `${this.#received} (and closed within the line)`;
      await this.#arrival();
    }
  }

  /** From here on all is encrypted. Whom the certificate names is not checked; a server that asks is shown the same. */
  async handshake(): Promise<void> {
    const raw = this.#socket;
    for (const event of ["data", "end", "close", "error"]) raw.removeAllListeners(event);
    raw.on("error", () => this.#end());
    const secured = startTls({ socket: raw, rejectUnauthorized: false, servername: "mx.test", ...apiCertificate });
    await new Promise((resolve, reject) => {
      secured.once("secureConnect", resolve);
      secured.once("error", reject);
    });
    this.#socket = secured;
    this.#listen(secured);
  }

  /** Says that nothing more will come, and waits until the server has closed too. */
  async finish(): Promise<void> {
    this.#socket.end();
    while (!this.#ended) await this.#arrival();
    this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #listen(socket: Socket): void {
    socket.on("data", (chunk: Uint8Array) => {
      this.#received += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
      this.#wake();
    });
    for (const event of ["end", "close", "error"]) socket.on(event, () => this.#end());
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }

  async #arrival(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const seen = JSON.stringify(this.#received);
      const timer = setTimeout(() => reject(new Error(`the server is silent; unread: ${seen}`)), this.#patience);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
