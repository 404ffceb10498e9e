// Plays a transcript to a daemon over real sockets and compares every line that it says.

import assert from "node:assert/strict";
import process from "node:process";
import { LiveSessions } from "../../src/live/live_sessions.ts";
import { OctetClient } from "./octet_client.ts";
import { judgeReceipts, type Receipt } from "./judge_receipts.ts";
import { type Served, type Serving, serving } from "./served.ts";
import { testUpgrade } from "./test_tls.ts";
import type { Replies, Step, Transcript } from "./transcript.ts";
import { isDependent, matches, type Names, octetsOf, written } from "./transcript_octets.ts";
import { readSetting } from "./transcript_setting.ts";

export interface Playing {
  /** Cuts what the client sends into pieces; all at once if absent. */
  readonly cut?: (octets: string) => readonly string[];
  /** Sends everything before reading anything. Only where `isOneStream` says so. */
  readonly pipelined?: boolean;
  /** With a TLS handshake before anything else. Only where `mayBeEncrypted` says so. */
  readonly encrypted?: boolean;
  /** Milliseconds after which a silent server is an error. */
  readonly patience?: number;
}

/** A reply as it was heard, in the order of hearing over all connections, with what the file says of it. */
export interface HeardReply {
  readonly line: number;
  readonly client: number;
  readonly lines: readonly string[];
  readonly origin?: string;
}

/** Throws at the first line that is not as written; the error names the line of the transcript. */
export async function play(transcript: Transcript, playing: Playing = {}): Promise<readonly HeardReply[]> {
  const setting = readSetting(transcript.header);
  const heard: HeardReply[] = [];
  const live = new LiveSessions({ pid: process.pid, now: Date.now });
  await serving({ ...servingFor(setting.serving, playing), watch: live }, async (served) => {
    const player = new Player(served, playing, heard, live);
    try {
      if (playing.pipelined === true) await player.sendAhead(transcript.steps);
      for (const step of transcript.steps) await player.take(step);
      await player.finish();
    } finally {
      player.abandon();
    }
    assert.equal(served.delivered.length, setting.delivered, "messages delivered");
    await served.daemon.stop();
    judgeReceipts(player.receipts, served.decisions);
  });
  return heard;
}

function servingFor(options: Serving, { pipelined, encrypted }: Playing): Serving {
  return {
    ...options,
    receipts: true,
    // A server that hears commands in their turn which were sent too early.
    ...(pipelined === true ? { offer: { ...options.offer, pipelining: "allow" } } : {}),
    ...(encrypted === true ? { upgrade: testUpgrade(), manners: { ...options.manners, implicitTls: true } } : {}),
  };
}

/** What the usual client says after the greeting. */
const usualHello = "EHLO client.test\\r\\n";

/** Can all that the client says be sent at once? Not if it waits for something, or for an answer that it needs. */
export function isOneStream(transcript: Transcript): boolean {
  return readSetting(transcript.header).pipelined && transcript.steps.every((step) => {
    if (step.client !== 1) return false;
    if (step.kind === "sends") return !isDependent(step.text);
    return ["replies", "hello", "closed", "delivers"].includes(step.kind);
  });
}

export function mayBeCut(transcript: Transcript): boolean {
  return readSetting(transcript.header).cut;
}

/** Can the same be said in a session that was encrypted from its beginning? */
export function mayBeEncrypted(transcript: Transcript): boolean {
  return readSetting(transcript.header).encrypted && !transcript.steps.some(({ kind }) => kind === "handshake");
}

class Player {
  readonly #served: Served;
  readonly #playing: Playing;
  readonly #heard: HeardReply[];
  readonly #live: LiveSessions;
  readonly #clients = new Map<number, OctetClient>();
  readonly #names: Names = new Map();
  /** Every refusal that was heard. */
  readonly receipts: Receipt[] = [];
  /** Ids of messages whose acceptance was heard. */
  readonly #queued = new Set<string>();
  #unsent = "";
  #unsentTo = 1;
  #stopping: Promise<void> | undefined;
  #sending: Promise<void> | undefined;

  constructor(served: Served, playing: Playing, heard: HeardReply[], live: LiveSessions) {
    this.#live = live;
    this.#served = served;
    this.#playing = playing;
    this.#heard = heard;
  }

  /** Begins to send all that the one client ever says. */
  async sendAhead(steps: readonly Step[]): Promise<void> {
    const texts = steps.map((step) => step.kind === "sends" ? step.text : step.kind === "hello" ? usualHello : "");
    const octets = texts.map((text) => octetsOf(text)).join("");
    const client = await this.#client(1);
    this.#sending = client.sendCut(this.#cut(octets));
  }

  async take(step: Step): Promise<void> {
    try {
      if (step.kind === "sends") return await this.#say(step.client, octetsOf(step.text, this.#names));
      await this.#flush();
      await this.#act(step);
    } catch (error) {
      throw new Error(`line ${step.line}: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Nobody may have said more than is written. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#sending;
    for (const [number, client] of this.#clients) {
      await client.finish();
      assert.equal(written(client.unread), "", `client ${number} was told more than is written`);
    }
    await this.#stopping;
  }

  abandon(): void {
    for (const client of this.#clients.values()) client.destroy();
  }

  async #act(step: Exclude<Step, { readonly kind: "sends" }>): Promise<void> {
    switch (step.kind) {
      case "replies":
        return await this.#hear(step);
      case "hello":
        await this.#hearAny(step.client, "220");
        return await this.#greet(step.client);
      case "tls":
        await this.#say(step.client, "STARTTLS\r\n");
        await this.#flush();
        await this.#hearAny(step.client, "220");
        await (await this.#client(step.client)).handshake();
        return await this.#greet(step.client);
      case "closed":
        return assert.equal(written(await (await this.#client(step.client)).line()), "closed");
      case "handshake":
        return await (await this.#client(step.client)).handshake();
      case "hangsUp":
        return (await this.#client(step.client)).destroy();
      case "pause":
        return await new Promise((resolve) => setTimeout(resolve, step.milliseconds));
      case "shutdown":
        this.#stopping = this.#served.daemon.stop();
        return;
      case "ended":
        for (const { id } of this.#live.list()) this.#live.end(id);
        return;
      case "delivers":
        return this.#compareDelivered(step.lines);
    }
  }

  async #greet(client: number): Promise<void> {
    await this.#say(client, octetsOf(usualHello));
    await this.#flush();
    await this.#hearAny(client, "250");
  }

  #compareDelivered(expected: readonly string[]): void {
    const lines = this.#lastDelivered();
    const fits = lines.map((line, at) => matches(expected[at] ?? "", line, this.#names) ? expected[at] : line);
    assert.deepEqual(fits, expected);
  }

  async #say(number: number, octets: string): Promise<void> {
    if (this.#playing.pipelined === true) return;
    if (number !== this.#unsentTo) await this.#flush();
    this.#unsentTo = number;
    this.#unsent += octets;
  }

  /** What the client says without waiting leaves together. */
  async #flush(): Promise<void> {
    if (this.#unsent === "") return;
    const octets = this.#unsent;
    this.#unsent = "";
    const client = await this.#client(this.#unsentTo);
    if (this.#playing.cut === undefined) client.send(octets);
    else await client.sendCut(this.#cut(octets));
  }

  #cut(octets: string): readonly string[] {
    return this.#playing.cut?.(octets) ?? [octets];
  }

  async #hear({ client: number, lines: expected, line, origin }: Step & Replies): Promise<void> {
    const client = await this.#client(number);
    const lines: string[] = [];
    for (const text of expected) {
      const heard = this.#withoutReceipt(await client.line());
      if (!matches(text, heard, this.#names)) {
        assert.fail(`the server says ${written(heard)}\n  in the place of ${text}`);
      }
      lines.push(heard);
      const id = /^250 2\.0\.0 Queued as (\S+)$/.exec(heard)?.[1];
      if (id !== undefined) this.#queued.add(id);
    }
    this.#heard.push({ line, client: number, lines, ...(origin === undefined ? {} : { origin }) });
  }

  /** A refusal ends in a code that the file does not show. */
  #withoutReceipt(line: string): string {
    if (!/^[45]\d\d /.test(line)) return line;
    const [, text = "", code = ""] = /^(.*) \(([0-9a-z]{7}-[0-9a-z]{7,}(?:\.\d+)?)\)$/.exec(line) ?? [];
    assert.notEqual(code, "", `a refusal without its code: ${written(line)}`);
    this.receipts.push({ code, text });
    return text;
  }

  async #hearAny(number: number, code: string): Promise<void> {
    const client = await this.#client(number);
    const lines: string[] = [];
    do {
      lines.push(await client.line());
      assert.equal(lines.at(-1)?.slice(0, 3), code, written(lines.at(-1) ?? ""));
    } while (lines.at(-1)?.[3] === "-");
    this.#heard.push({ line: 0, client: number, lines });
  }

  #lastDelivered(): readonly string[] {
    const text = this.#served.delivered[this.#queued.size - 1]?.text ?? "";
    const content = text.replace(/^Received:[^\n]*\n(?:[ \t][^\n]*\n)*/, "");
    assert.notEqual(content, text, "the trace field is missing");
    return content.replace(/\r\n$/, "").split("\r\n");
  }

  async #client(number: number): Promise<OctetClient> {
    const known = this.#clients.get(number);
    if (known !== undefined) return known;
    const client = await OctetClient.connect(this.#served.port, this.#playing.patience);
    if (this.#playing.encrypted === true) await client.handshake();
    this.#clients.set(number, client);
    return client;
  }
}
