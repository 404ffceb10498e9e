// What we have to say to a client: gathered, sent together, and never more than it reads.

import type { Socket } from "node:net";

export class Outbox {
  readonly #writeWithin: number;
  #socket: Socket;
  #queued = "";

  /** `writeWithin`: milliseconds a client may take to accept what we write before it is dropped. */
  constructor(socket: Socket, writeWithin: number) {
    this.#socket = socket;
    this.#writeWithin = writeWithin;
  }

  /** Characters not sent yet. */
  get length(): number {
    return this.#queued.length;
  }

  add(text: string): void {
    this.#queued += text;
  }

  /** From now on things go through another socket. */
  moveTo(socket: Socket): void {
    this.#socket = socket;
  }

  /** Sends, and waits while the client does not read. False: it is gone. */
  async flush(): Promise<boolean> {
    if (this.#queued === "") return !this.#socket.destroyed;
    const text = this.#queued;
    this.#queued = "";
    if (this.#socket.destroyed || !this.#socket.writable) return false;
    if (this.#socket.write(text, "latin1")) return true;
    return await this.#drained();
  }

  #drained(): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (alive: boolean): void => {
        clearTimeout(timer);
        this.#socket.off("drain", drained);
        this.#socket.off("close", closed);
        if (!alive) this.#socket.destroy();
        resolve(alive);
      };
      const drained = (): void => settle(true);
      const closed = (): void => settle(false);
      const timer = setTimeout(closed, this.#writeWithin);
      this.#socket.once("drain", drained);
      this.#socket.once("close", closed);
    });
  }
}
