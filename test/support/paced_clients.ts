// Clients that send messages at a given pace until they are told to stop, and remember which ones were acknowledged.

import { connectPeer, sendMessage } from "./smtp_peer.ts";

export interface PaceOptions {
  readonly port: number;
  readonly clients: number;
  /** Of all clients together. */
  readonly messagesPerSecond: number;
  /** Then a client begins another session. */
  readonly messagesPerSession: number;
  /** Content without the final dot. */
  readonly content: (id: string) => string;
}

export interface Paced {
  /** Ids of messages for which the client has read 250. */
  readonly acknowledged: ReadonlySet<string>;
  /** Sessions that ended with the server's 221. */
  sessions(): number;
  /** Lets the sessions end. Rejects if any session went otherwise than it should. */
  stop(): Promise<void>;
}

export function startPaced(options: PaceOptions): Paced {
  const acknowledged = new Set<string>();
  const began = performance.now();
  const between = options.clients * 1000 / options.messagesPerSecond;
  let sessions = 0;
  let stopping = false;
  const work = async (client: number): Promise<void> => {
    for (let count = 0; !stopping; sessions++) {
      const peer = await connectPeer(options.port);
      expect(await peer.reply(), "220");
      expect(await peer.ask("EHLO client.example.org"), "250");
      for (let left = options.messagesPerSession; left > 0 && !stopping; left--) {
        const id = `c${client}.${count++}`;
        await until(began + (count + client / options.clients) * between);
        const envelope = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };
        expect(await sendMessage(peer, envelope, options.content(id)), "250");
        acknowledged.add(id);
      }
      expect(await peer.ask("QUIT"), "221");
      await peer.closed();
      peer.destroy();
    }
  };
  const working = Promise.all(Array.from({ length: options.clients }, (_, client) => work(client)));
  // Whoever stops them hears of it; until then it must not end the process.
  working.catch(() => {});
  return {
    acknowledged,
    sessions: () => sessions,
    stop: async () => {
      stopping = true;
      await working;
    },
  };
}

function expect(reply: string, code: string): void {
  if (!reply.startsWith(code)) throw new Error(`expected ${code}, got ${JSON.stringify(reply)}`);
}

/** Who is late does not wait. */
async function until(time: number): Promise<void> {
  const wait = time - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
}
