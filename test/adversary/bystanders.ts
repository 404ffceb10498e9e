// Sessions that do nothing wrong while others attack, and know what they must be answered.

import { connectPeer, type SmtpPeer } from "../support/smtp_peer.ts";

/** One transaction that is abandoned, so that nothing is written to a disk. */
const dialogue: readonly (readonly [line: string, answer: RegExp])[] = [
  ["MAIL FROM:<author@example.org>", /^250 /],
  ["RCPT TO:<reader@localhost>", /^250 /],
  ["RCPT TO:<someone@elsewhere.example>", /^550 5\.7\.1 Relaying denied$/],
  ["RSET", /^250 /],
  ["NOOP", /^250 /],
];

/** Milliseconds a session rests between two commands: fifty of them then say about a thousand commands a second. */
const rest = 50;

export class Bystanders {
  /** Right answers so far. */
  right = 0;
  /** The first wrong answers, with what was said before. */
  readonly wrong: string[] = [];
  /** Milliseconds of the slowest answer since it was last set to 0. */
  slowest = 0;
  readonly #peers: SmtpPeer[] = [];
  readonly #running: Promise<void>[] = [];
  #stopped = false;
  #quiet: Promise<void> | undefined;
  #wake = (): void => {};

  /** Connects `count` sessions, which talk from then on. */
  static async begin(port: number, count: number): Promise<Bystanders> {
    const bystanders = new Bystanders();
    for (let index = 0; index < count; index++) {
      const peer = await connectPeer(port);
      bystanders.#peers.push(peer);
      await peer.reply();
      await peer.ask("EHLO bystander.example.org");
      bystanders.#running.push(bystanders.#talk(peer));
    }
    return bystanders;
  }

  /** All fall silent, after the answers they wait for. */
  async hush(): Promise<void> {
    this.#quiet ??= new Promise((resolve) => this.#wake = resolve);
    await new Promise((resolve) => setTimeout(resolve, rest));
  }

  goOn(): void {
    this.#wake();
    this.#quiet = undefined;
  }

  async end(): Promise<void> {
    this.#stopped = true;
    this.goOn();
    await Promise.all(this.#running);
    for (const peer of this.#peers) peer.destroy();
  }

  async #talk(peer: SmtpPeer): Promise<void> {
    while (!this.#stopped) {
      for (const [line, answer] of dialogue) {
        if (this.#quiet !== undefined) await this.#quiet;
        await this.#say(peer, line, answer);
        await new Promise((resolve) => setTimeout(resolve, rest * (0.5 + Math.random())));
      }
    }
  }

  async #say(peer: SmtpPeer, line: string, answer: RegExp): Promise<void> {
    const began = performance.now();
    const reply = await peer.ask(line).catch(String);
    this.slowest = Math.max(this.slowest, performance.now() - began);
    if (answer.test(reply)) this.right += 1;
    else if (this.wrong.length < 10) this.wrong.push(`${line}: ${reply}`);
  }
}
