// Sockets that are bound while this process may, and served when all else is ready.

import type { Socket } from "node:net";
import type { Accept, Address, Listener, Listening } from "../platform/listen.ts";
import { type Listen, listenOn } from "./listen_on.ts";

export interface EarlyListeners {
  /** In the place of `listenOn`: gives each bound listener to who serves its address, with those who wait there. */
  readonly listen: Listen;
  /** Stops listening wherever nobody has taken over. */
  close(): void;
}

export type BoundEarly =
  | { readonly kind: "bound"; readonly listeners: EarlyListeners }
  /** One line for each address; then none is bound. */
  | { readonly kind: "failed"; readonly problems: readonly string[] };

/** Clients that may wait at one address; plugins load in a moment, and a client tries again. */
const mostWaiting = 512;

/** Binds every address, or none. */
export async function bindEarly(addresses: readonly Address[]): Promise<BoundEarly> {
  const doors: Door[] = [];
  const problems: string[] = [];
  for (const address of addresses) {
    const door = new Door(address);
    const listening = await listenOn(address, (socket) => door.arrive(socket));
    if (listening.kind === "failed") problems.push(listening.message);
    else {
      door.listener = listening.listener;
      doors.push(door);
    }
  }
  const listeners = new Doors(doors);
  if (problems.length === 0) return { kind: "bound", listeners };
  listeners.close();
  return { kind: "failed", problems };
}

class Doors implements EarlyListeners {
  readonly #doors: Door[];

  constructor(doors: readonly Door[]) {
    this.#doors = [...doors];
  }

  readonly listen: Listen = async (address, accept) => {
    const index = this.#doors.findIndex((door) => isSame(door.address, address));
    const [door] = index < 0 ? [] : this.#doors.splice(index, 1);
    return door?.open(accept) ?? await listenOn(address, accept);
  };

  close(): void {
    for (const door of this.#doors.splice(0)) door.close();
  }
}

/** One address at which clients wait until somebody serves them. */
class Door {
  readonly address: Address;
  listener: Listener | undefined;
  #waiting: Socket[] = [];
  #accept: Accept | undefined;

  constructor(address: Address) {
    this.address = address;
  }

  arrive(socket: Socket): void {
    if (this.#accept !== undefined) return this.#accept(socket);
    if (this.#waiting.length >= mostWaiting) return void socket.destroy();
    // A client that gives up while it waits must not be an exception.
    socket.on("error", ignore);
    this.#waiting.push(socket);
  }

  open(accept: Accept): Listening | undefined {
    if (this.listener === undefined) return undefined;
    this.#accept = accept;
    for (const socket of this.#waiting.splice(0)) {
      if (!socket.destroyed) accept(socket);
      socket.off("error", ignore);
    }
    return { kind: "listening", listener: this.listener };
  }

  close(): void {
    this.listener?.close();
    for (const socket of this.#waiting.splice(0)) socket.destroy();
  }
}

function ignore(): void {}

function isSame(one: Address, other: Address): boolean {
  return one.host === other.host && one.port === other.port;
}
