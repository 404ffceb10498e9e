// One client of the day: it comes through a front that says from where, or straight to the door.

import { isIPv6 } from "node:net";
import { connectPeer, type SmtpPeer } from "../../support/smtp_peer.ts";
import type { Door } from "./kind.ts";

export type Ports = { readonly [door in Door]: number };

export class Reached {
  /** From where it comes. */
  address: string;
  readonly ports: Ports;
  readonly door: Door;
  #peer: SmtpPeer | undefined;

  constructor(ports: Ports, door: Door, address: string) {
    this.address = address;
    this.ports = ports;
    this.door = door;
  }

  /** Again, if it has been there. `early` is what it says in the same breath. */
  async come(early = ""): Promise<void> {
    this.#peer?.destroy();
    const address = this.address;
    if (this.door === "untrusted") this.#peer = await connectPeer(this.ports[this.door], "127.0.0.1", address);
    else this.#peer = await connectPeer(this.ports[this.door]);
    const header = `PROXY ${family(address)} ${address} ${
      isIPv6(address) ? "2001:db8::25" : "192.0.2.25"
    } 40000 25\r\n`;
    this.#peer.send(this.door === "bare" ? early : header + early);
  }

  send(octets: string): void {
    this.#open.send(octets);
  }

  /** The next reply; "closed" if there is none. */
  async hear(): Promise<string> {
    return await this.#open.reply();
  }

  async encrypt(): Promise<void> {
    this.#peer = await this.#open.encrypt();
  }

  hangUp(): void {
    this.#peer?.destroy();
  }

  get #open(): SmtpPeer {
    if (this.#peer === undefined) throw new Error("The client has not come yet");
    return this.#peer;
  }
}

function family(address: string): "TCP4" | "TCP6" {
  return isIPv6(address) ? "TCP6" : "TCP4";
}
