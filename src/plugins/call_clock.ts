// The time of one call: how long the guest ran, how long it all took, and when it has to stop.

import { threadCpu } from "../platform/thread_cpu.ts";
import { slice, type Turns } from "./turns.ts";

/** Fuel between two looks at the clock: some 60 to 340 microseconds of ordinary code, more than most calls take. */
export const fuelQuantum = 1_000_000;

/** What the guard takes as "no": the guest traps. */
const kill = -1;

/**
 * The most milliseconds that count before the first tick. That stretch is measured by the clock on the wall, so that
 * quick calls do not pay for a better one; compiling code on its first use falls into it, and so may other programs.
 */
const mostOfHead = 5;

/** Fuel that a millisecond of running takes at the very least, and how many times the limit less than that is believed. */
const leastFuel = 50_000;
const longestDoubt = 4;

/** Why a guest was made to trap. */
export type Killed = "cpu" | "deadline";

export interface TimeLimits {
  /** Milliseconds of running. */
  readonly cpu: number;
  /** Milliseconds in all. */
  readonly wall: number;
}

export class CallClock {
  readonly #turns: Turns;
  #limits: TimeLimits = { cpu: 0, wall: 0 };
  #began = 0;
  #ran = 0;
  #runningSince = 0;
  /** The thread's processor time at `#runningSince`, where it is known; a call that never ticks does not ask for it. */
  #cpuSince: number | undefined;
  #ticked = false;
  #fuel = 0;
  #killed: Killed | undefined;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  /** Why the guest was stopped, if it was. */
  get killed(): Killed | undefined {
    return this.#killed;
  }

  /** Milliseconds the guest has run, as of its last pause. */
  get ran(): number {
    return this.#ran;
  }

  /** Fuel handed out in this call. */
  get fuel(): number {
    return this.#fuel;
  }

  /** Milliseconds left of the whole call. */
  get left(): number {
    return this.#began + this.#limits.wall - performance.now();
  }

  /** The call begins, but not yet the guest. `began` is a time of `performance.now`. */
  begin(limits: TimeLimits, began: number): void {
    this.#limits = limits;
    this.#began = began;
    this.#ran = 0;
    this.#fuel = 0;
    this.#killed = undefined;
    this.#ticked = false;
    this.#cpuSince = undefined;
  }

  /** The guest runs from now on; gives its first fuel. */
  start(): number {
    this.#runningSince = performance.now();
    this.#fuel += fuelQuantum;
    return fuelQuantum;
  }

  /** The guest stands still: it has ended, or waits for the host. */
  pause(): void {
    this.#ran += this.#running();
    this.#turns.spend(performance.now() - this.#runningSince);
  }

  /** The guest may go on, when its turn has come. */
  async resume(): Promise<void> {
    await this.#turns.enter();
    this.#goOn();
  }

  /** The deadline has come while the guest waited: its next tick is its last. */
  expire(): void {
    this.#killed ??= "deadline";
  }

  /** The guest has used its fuel: more of it, at once or after a turn for others, or the end. */
  async tick(): Promise<number> {
    if (!this.#ticked) this.#leaveHead();
    const now = performance.now();
    if (this.#overran()) this.#killed ??= "cpu";
    if (now > this.#began + this.#limits.wall) this.#killed ??= "deadline";
    if (this.#killed !== undefined) return kill;
    if (now - this.#runningSince >= slice) {
      this.pause();
      await this.#turns.yield();
      this.#goOn();
    }
    this.#fuel += fuelQuantum;
    return fuelQuantum;
  }

  /**
   * Has it run for longer than it may? On a busy machine the clock also counts what other programs ran meanwhile, so a
   * guest that burned hardly any fuel is believed for a while.
   */
  #overran(): boolean {
    const ran = this.#ran + this.#running();
    const { cpu } = this.#limits;
    return ran > cpu && (this.#fuel > cpu * leastFuel || ran > cpu * longestDoubt);
  }

  /** Milliseconds since the guest last went on. */
  #running(): number {
    const cpu = this.#cpuSince === undefined ? undefined : threadCpu();
    return cpu === undefined ? performance.now() - this.#runningSince : cpu - (this.#cpuSince ?? 0);
  }

  /** The call is a long one: from here on it is worth a look at the processor's clock. */
  #leaveHead(): void {
    this.#ticked = true;
    this.#ran += Math.min(performance.now() - this.#runningSince, mostOfHead);
    this.#goOn();
  }

  #goOn(): void {
    if (this.#ticked) this.#cpuSince = threadCpu();
    this.#runningSince = performance.now();
  }
}
