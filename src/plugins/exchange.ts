// What passes between the host and one instance during one call: the event in; answer, error and log lines out.

import type { HookName } from "../../sdk/contract/contract.ts";
import type { Event } from "../../sdk/contract/event.ts";
import { escapeControls } from "../text/quote.ts";
import { limits } from "./limits.ts";
import type { GuestSpace } from "./guest_space.ts";
import type { Touched } from "./touched.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** What is asked by a call. */
export interface Asked {
  readonly hook: HookName;
  readonly event: Event;
}

/** The same for the log. */
export interface CalledFor {
  readonly hook: HookName;
  /** Ids. */
  readonly session: string;
  readonly transaction?: string | undefined;
}

/**
 * Takes one line of a plugin: at most `limits.line` characters, without control characters; `about` is absent while the
 * plugin is configured. Must not throw.
 */
export type PluginLog = (level: LogLevel, line: string, about?: CalledFor) => void;

/**
 * How a call ended. `bytes` may be a part of the guest's memory: to be read before that is restored, or the guest is
 * called again. `oversize`: the guest wanted to answer more octets than the caller takes.
 */
export type CallEnd =
  | { readonly kind: "output"; readonly bytes: Uint8Array }
  | { readonly kind: "oversize"; readonly length: number }
  /** It ran or took longer than it may, and was stopped. */
  | { readonly kind: "killed"; readonly why: "cpu" | "deadline" }
  | { readonly kind: "trap"; readonly message: string };

const nothing = new Uint8Array(0);

/** Prices in fuel, where a unit is about an addition: octets that the host copies, and a line that it looks at. */
const octetsPerUnit = 8;
const pricePerLine = 5000;

/** The state of the call under way. Every number a guest passes is a lie until it was compared with its memory. */
export class Exchange {
  /** The guest's own memory, known once it is instantiated; a guest need not export one. */
  memory: GuestSpace | undefined;
  /** Known with the memory: what the host writes there is noted like what the guest writes. */
  touched: Touched | undefined;
  input: Uint8Array = nothing;
  /** Absent if the call is no hook. */
  asked: Asked | undefined;
  /** Milliseconds since 1970: the only time a guest has. */
  time = 0;
  /** What the host answered to the last `host_call`. */
  result: Uint8Array = nothing;
  /** Address of the input as a block of Extism's memory; 0 until the guest asks for it. */
  inputAddress = 0n;
  #answerLimit = 0;
  #output: CallEnd | undefined;
  /** Where in the guest's memory the output lies, if it does. */
  #answerAt: { readonly pointer: number; readonly length: number } | undefined;
  #error: { readonly address: bigint; readonly text: string } | undefined;
  #blocksLeft: number = limits.kernelBlocks;
  #octetsLeft: number = limits.kernelOctets;
  #linesLeft: number = limits.logLines;
  #logOctetsLeft = 0;
  #random = 0;
  readonly #log: PluginLog;
  /** Takes the price of what the host does for the guest off its fuel: work of the host must not be free. */
  charge: (units: number) => void = () => {};

  constructor(log: PluginLog) {
    this.#log = log;
  }

  /** `answerLimit` and `logLimit` are octets; `time` and `seed` are those of the event. */
  begin(input: Uint8Array, answerLimit: number, logLimit: number, time: number, seed: number): void {
    this.input = input;
    this.time = time;
    this.#random = seed >>> 0;
    this.inputAddress = 0n;
    this.result = nothing;
    this.#answerLimit = answerLimit;
    this.#logOctetsLeft = logLimit;
    this.#output = undefined;
    this.#answerAt = undefined;
    this.#error = undefined;
    this.#blocksLeft = limits.kernelBlocks;
    this.#octetsLeft = limits.kernelOctets;
    this.#linesLeft = limits.logLines;
  }

  /** The guest returned: 0 means that it did what it was asked. */
  end(returned: unknown): CallEnd {
    if (this.#error !== undefined) return trap(this.#error.text);
    // What starts a module returns nothing, and is given no room for an answer.
    if (returned !== 0 && this.#answerLimit > 0) return trap(`it returned ${String(returned)} instead of 0`);
    if (this.#output?.kind !== "output") return this.#output ?? { kind: "output", bytes: nothing };
    if (this.#answerAt === undefined) return this.#output;
    // Not the octets of then: the memory may have grown since.
    const { pointer, length } = this.#answerAt;
    return { kind: "output", bytes: this.#guestOctets("answer_write", pointer, length) };
  }

  /** The guest trapped, or a host function refused its arguments; what the guest itself said is worth more. */
  endByThrow(thrown: unknown): CallEnd {
    return trap(this.#error?.text ?? messageOf(thrown));
  }

  /** Lets go of what the call held. */
  clear(): void {
    this.input = nothing;
    this.asked = undefined;
    this.result = nothing;
    this.#output = undefined;
    this.#error = undefined;
  }

  readEvent(pointer: number): void {
    this.#room("event_read", pointer, this.input.byteLength).set(this.input);
  }

  /** Only says where the answer is: it is read when the guest has returned, so that answering again costs no memory. */
  writeAnswer(pointer: number, length: number): void {
    this.setOutput(this.#guestOctets("answer_write", pointer, length));
    this.#answerAt = { pointer, length };
  }

  /** A copy of what the guest points at: it may change it while the host works. */
  readRequest(pointer: number, length: number): Uint8Array {
    if (length >>> 0 > limits.request) throw new Error(`host_call: a request has at most ${limits.request} octets`);
    return this.#guestOctets("host_call", pointer, length).slice();
  }

  readResult(pointer: number): void {
    this.#room("host_result", pointer, this.result.byteLength).set(this.result);
  }

  /** Throws if that place is outside the guest's memory. */
  checkPlace(what: string, pointer: number, length: number): void {
    this.#guestOctets(what, pointer, length);
  }

  writeContent(pointer: number, octets: Uint8Array): void {
    this.#room("content_read", pointer, octets.byteLength).set(octets);
  }

  /** The last one counts, as in Extism. */
  setOutput(bytes: Uint8Array): void {
    this.#answerAt = undefined;
    if (this.#answerLimit === 0) throw new Error("there is nothing to answer while it is being initialised");
    const tooLong = bytes.byteLength > this.#answerLimit;
    this.#output = tooLong ? { kind: "oversize", length: bytes.byteLength } : { kind: "output", bytes };
  }

  get errorAddress(): bigint {
    return this.#error?.address ?? 0n;
  }

  setError(address: bigint, text: string): void {
    this.charge(pricePerLine);
    this.#error = address === 0n ? undefined : { address, text };
  }

  /** Has this call blocks of Extism's memory? */
  get hasBlocks(): boolean {
    return this.inputAddress !== 0n || this.#blocksLeft < limits.kernelBlocks;
  }

  /** Takes `octets` from what the call may allocate; throws when it is used up. */
  spend(octets: number): void {
    this.charge(octets / octetsPerUnit);
    this.#blocksLeft -= 1;
    this.#octetsLeft -= octets;
    if (this.#blocksLeft < 0) throw new Error(`it allocated more than ${limits.kernelBlocks} blocks in one call`);
    if (this.#octetsLeft < 0) throw new Error(`it allocated more than ${limits.kernelOctets} octets in one call`);
  }

  /** `text` is called only if there is room for the line. */
  log(level: LogLevel, text: () => string): void {
    this.charge(pricePerLine);
    if (this.#linesLeft < 0) return;
    this.#linesLeft -= 1;
    const line = this.#linesLeft >= 0 ? printable(text()) : "";
    this.#logOctetsLeft -= line.length;
    if (this.#linesLeft >= 0 && this.#logOctetsLeft >= 0) return this.#log(level, line, calledFor(this.asked));
    this.#linesLeft = -1;
    this.#log("warn", "it logged more than one call may, the rest is dropped", calledFor(this.asked));
  }

  /** The guest's whole memory, for reading; outside it that throws. */
  view(what: string): DataView<ArrayBuffer> {
    if (this.memory === undefined) throw new Error(`${what}: it exports no memory`);
    return this.memory.view;
  }

  /** Writes a number of 32 or 64 bits, little-endian. */
  writeNumber(what: string, pointer: number, value: number | bigint): void {
    const octets = typeof value === "bigint" ? 8 : 4;
    const { buffer, byteOffset } = this.#room(what, pointer, octets);
    const view = new DataView(buffer, byteOffset, octets);
    if (typeof value === "bigint") view.setBigUint64(0, value, true);
    else view.setUint32(0, value, true);
  }

  /** The same for the same seed, so that a call can be repeated; nothing to make secrets of. */
  fillRandom(pointer: number, length: number): void {
    if (length >>> 0 > limits.random) throw new Error(`random_get: at most ${limits.random} octets at a time`);
    this.charge((length >>> 0) * 4);
    const octets = this.#room("random_get", pointer, length);
    for (let index = 0; index < octets.length; index++) {
      // mulberry32, one octet a step.
      this.#random = (this.#random + 0x6d2b79f5) >>> 0;
      const mixed = Math.imul(this.#random ^ (this.#random >>> 15), this.#random | 1);
      octets[index] = (mixed ^ (mixed >>> 14)) & 0xff;
    }
  }

  /** The same to write into. */
  #room(what: string, pointer: number, length: number): Uint8Array {
    const octets = this.#guestOctets(what, pointer, length);
    this.touched?.note(pointer >>> 0, octets.byteLength);
    return octets;
  }

  #guestOctets(what: string, pointer: number, length: number): Uint8Array {
    if (this.memory === undefined) throw new Error(`${what}: it exports no memory`);
    const [at, count] = [pointer >>> 0, length >>> 0];
    this.charge(count / octetsPerUnit);
    if (at + count > this.memory.length) throw new Error(`${what}: ${count} octets at ${at} are outside its memory`);
    return this.memory.part(at, count);
  }
}

/** One line of somebody else's text: cut, and with control characters escaped. */
export function printable(text: string): string {
  const cut = text.length > limits.line ? `${text.slice(0, limits.line - 1)}…` : text;
  return escapeControls(cut.trim().replaceAll(/\s*\r?\n\s*/g, " / "));
}

function calledFor(asked: Asked | undefined): CalledFor | undefined {
  if (asked === undefined) return undefined;
  const { hook, event } = asked;
  return { hook, session: event.session.id, transaction: "transaction" in event ? event.transaction.id : undefined };
}

function trap(message: string): CallEnd {
  return { kind: "trap", message: printable(message) };
}

/** What was thrown, in words: a guest may throw anything. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : "it threw an exception that nobody caught";
}
