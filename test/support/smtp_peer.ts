// A client for tests that says exactly the octets it is told to, and reads replies as they come.

import { connect, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";

/** One connection. Replies are given without their CRLF, lines of one reply joined by a line feed. */
export interface SmtpPeer {
  /** Sends text as UTF-8 octets, or octets as they are. */
  send(text: string | Uint8Array): void;
  /** The next whole reply; "closed" if the server closed instead. */
  reply(): Promise<string>;
  /** Sends a line and gives the reply. */
  ask(line: string): Promise<string>;
  /** Waits until the server has closed the connection. */
  closed(): Promise<void>;
  /** Everything that came and was not taken as a reply. */
  unread(): string;
  /** TLS over the same connection from here on, and the peer that speaks it. Whom the server names is not checked. */
  encrypt(options?: ConnectionOptions): Promise<TlsPeer>;
  destroy(): void;
  readonly socket: Socket;
}

export interface TlsPeer extends SmtpPeer {
  readonly socket: TLSSocket;
}

/** Milliseconds after which a silent server fails the test. */
const patience = 60_000;

/** `from` is the address of this end. */
export async function connectPeer(
  port: number,
  host = "127.0.0.1",
  from: string | undefined = undefined,
): Promise<SmtpPeer> {
  const socket = connect({ port, host, noDelay: true, ...(from === undefined ? {} : { localAddress: from }) });
  const peer = peerOn(socket);
  await once(socket, "connect");
  return peer;
}

/** True if nobody listens there; for `eventually`. */
export function isRefused(port: number): Promise<true | undefined> {
  return connectPeer(port).then((peer) => void peer.destroy(), () => true);
}

/** TLS from the first octet on, as on port 465. */
export async function connectTlsPeer(port: number, options: ConnectionOptions = {}): Promise<TlsPeer> {
  const peer = await connectPeer(port);
  return await peer.encrypt(options);
}

function peerOn<S extends Socket>(socket: S): SmtpPeer & { readonly socket: S } {
  const decoder = new TextDecoder();
  let text = "";
  let ended = false;
  let wake = (): void => {};
  socket.on("data", (chunk: Uint8Array) => {
    text += decoder.decode(chunk, { stream: true });
    wake();
  });
  const end = (): void => {
    ended = true;
    wake();
  };
  socket.on("end", end);
  socket.on("close", end);
  socket.on("error", end);

  async function until<T>(ready: () => T | undefined): Promise<T> {
    const deadline = performance.now() + patience;
    for (;;) {
      const value = ready();
      if (value !== undefined) return value;
      if (performance.now() > deadline) throw new Error(`no reply; so far ${JSON.stringify(text)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(1, deadline - performance.now() + 1));
        wake = (): void => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  function takeReply(): string | undefined {
    const match = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3}(?: [^\r\n]*)?\r\n/.exec(text);
    if (match === null) return ended ? "closed" : undefined;
    text = text.slice(match[0].length);
    return match[0].trimEnd().replaceAll("\r\n", "\n");
  }

  return {
    socket,
    send: (octets) => void socket.write(octets),
    reply: () => until(takeReply),
    ask: (line) => {
      socket.write(`${line}\r\n`);
      return until(takeReply);
    },
    closed: async () => {
      await until(() => ended ? true : undefined);
    },
    unread: () => text,
    encrypt: async (options = {}) => {
      for (const event of ["data", "end", "close"]) socket.removeAllListeners(event);
      const tls = connectTls({ rejectUnauthorized: false, ...options, socket });
      const peer = peerOn(tls);
      await once(tls, "secureConnect");
      return peer;
    },
    destroy: () => socket.destroy(),
  };
}

function once(socket: Socket, event: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`the server closed before ${event}`)));
  });
}

/** Greets, and sends one message in one transaction; gives the reply to its end of data. */
export async function sendMessage(
  peer: SmtpPeer,
  envelope: { readonly reversePath: string; readonly forwardPaths: readonly string[] },
  content: string | Uint8Array,
): Promise<string> {
  await peer.ask(`MAIL FROM:<${envelope.reversePath}>`);
  for (const path of envelope.forwardPaths) await peer.ask(`RCPT TO:<${path}>`);
  const go = await peer.ask("DATA");
  if (!go.startsWith("354")) return go;
  peer.send(content);
  return await peer.ask("\r\n.");
}
