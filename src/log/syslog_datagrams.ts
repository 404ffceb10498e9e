// Syslog over UDP: a message a datagram, and nobody knows whether it arrives. RFC 5426.

import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { isIPv6 } from "node:net";
import type { Link, Linked } from "./courier.ts";

/** RFC 5426 §3.2: what every receiver should take. The rest is cut off. */
const longestMessage = 2048;

/** The name is looked up once for each link, which is made anew after an error. */
export async function openDatagrams(host: string, port: number): Promise<Linked> {
  try {
    const { address } = await lookup(host);
    const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
    socket.unref();
    return { kind: "linked", link: new DatagramLink(socket, address, port) };
  } catch (error) {
    return { kind: "failed", why: error instanceof Error ? error.message : String(error) };
  }
}

class DatagramLink implements Link {
  readonly lost: Promise<string>;
  readonly #socket: Socket;
  readonly #address: string;
  readonly #port: number;
  #lose: (why: string) => void = () => {};

  constructor(socket: Socket, address: string, port: number) {
    this.#socket = socket;
    this.#address = address;
    this.#port = port;
    this.lost = new Promise((resolve) => this.#lose = resolve);
    socket.on("error", (error) => this.#lose(error.message));
  }

  async send(lines: readonly string[]): Promise<boolean> {
    for (const line of lines) {
      const why = await this.#sendOne(line);
      if (why !== undefined) {
        this.#lose(why);
        return false;
      }
    }
    return true;
  }

  close(): void {
    this.#lose("closed");
    this.#socket.close();
  }

  #sendOne(line: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const octets = Buffer.from(line).subarray(0, longestMessage);
      this.#socket.send(octets, this.#port, this.#address, (error) => resolve(error?.message));
    });
  }
}
