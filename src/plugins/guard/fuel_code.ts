// The instructions that the guard inserts: charge, check, ask for more.

import { immediates } from "./opcodes.ts";
import type { Shape } from "./shape.ts";
import { leb, type Writer } from "./writer.ts";

/** What an unsigned operand of a bulk instruction costs, as instructions on top of the operand. */
export interface OperandPrice {
  readonly code: readonly number[];
}

const shiftRight = (bits: number): readonly number[] => [0x41, bits, 0x76];
const shiftLeft = (bits: number): readonly number[] => [0x41, bits, 0x74];

// The largest price is 2^29, and a function of 256 KiB cannot take more than 2^27 without a check: the fuel, which is
// not negative after a check, cannot wrap around.

/** One for 8 octets: dear for pages that are there, right for those that are touched for the first time. */
const octetsPrice: OperandPrice = { code: shiftRight(3) };
/** Four an entry. Lengths of 2^24 and more, whose upper bits are dropped here, never fit into a table. */
const entriesPrice: OperandPrice = { code: [0x41, 0xff, 0xff, 0xff, 0x07, 0x71, ...shiftLeft(2)] };
/** 64 a page. Lengths of 2^16 and more never fit into a memory. */
const pagesPrice: OperandPrice = { code: [0x41, 0xff, 0xff, 0x03, 0x71, ...shiftLeft(6)] };

/** By what follows the opcode. Copying and filling memory is paid for inside `bulk_code.ts`. */
export const operandPrices: ReadonlyMap<number, OperandPrice> = new Map([
  [immediates.memoryInit, octetsPrice],
  [immediates.bulkTable, entriesPrice],
  [immediates.tableGrow, entriesPrice],
  [immediates.memoryGrow, pagesPrice],
]);

/**
 * Loops add to a local of their function, and take it from the fuel only when it is above this: one addition to the
 * same place in memory a round would be all that a short loop waits for. The entry of a function with loops pays so
 * much in advance, so that nothing is owed when it returns or throws.
 */
export const pendingMost = 256;

/** Two octets of LEB128. */
const largestCharge = 8191;
const chargeOctets = 2;

/** Locals that the guard adds to functions with loops or bulk instructions: what is pending, and an operand. */
export const addedLocals: readonly number[] = [2, 0x7f];

/** Writes the fuel code of one module. */
export class FuelCode {
  readonly #getFuel: readonly number[];
  readonly #setFuel: readonly number[];
  readonly #spend: readonly number[];
  #getPending: readonly number[] = [];
  #teePending: readonly number[] = [];
  #setPending: readonly number[] = [];
  #getOperand: readonly number[] = [];
  #operand = 0;
  #teeOperand: readonly number[] = [];

  constructor(shape: Shape) {
    const fuel = leb(shape.fuelGlobal);
    this.#getFuel = [0x23, ...fuel];
    this.#setFuel = [0x24, ...fuel];
    this.#spend = [0x10, ...leb(shape.spendFunction)];
  }

  /** A function begins; the added locals stand behind its `locals` own ones. */
  begin(locals: number): void {
    const pending = leb(locals);
    this.#operand = locals + 1;
    const operand = leb(this.#operand);
    this.#getPending = [0x20, ...pending];
    this.#setPending = [0x21, ...pending];
    this.#teePending = [0x22, ...pending];
    this.#getOperand = [0x20, ...operand];
    this.#teeOperand = [0x22, ...operand];
  }

  /** The local for an operand, which is in use within `operand` alone, and the first index behind the added ones. */
  get lend(): readonly [operand: number, next: number] {
    return [this.#operand, this.#operand + 1];
  }

  /** Charges without asking: the next check is not far. */
  charge(writer: Writer, amount: number): void {
    writer.octets(this.#getFuel);
    fillCharge(writer, chargeGap(writer), amount);
    writer.octet(0x6b);
    writer.octets(this.#setFuel);
  }

  /** Entry of a function: `if ((fuel -= amount) < 0) spend(0)`. */
  enter(writer: Writer, amount: number): void {
    this.charge(writer, amount);
    writer.octets(this.#getFuel);
    writer.octets([0x41, 0x00, 0x48, 0x04, 0x40, 0x41, 0x00]);
    writer.octets(this.#spend);
    writer.octet(0x0b);
  }

  /** Head of a loop: `if ((pending += ?) > pendingMost) spend(pending), pending = 0`. Its place is for `fillCharge`. */
  loop(writer: Writer): number {
    writer.octets(this.#getPending);
    const place = chargeGap(writer);
    writer.octet(0x6a);
    writer.octets(this.#teePending);
    fillCharge(writer, chargeGap(writer), pendingMost);
    writer.octets([0x4b, 0x04, 0x40]);
    writer.octets(this.#getPending);
    writer.octets(this.#spend);
    writer.octets([0x41, 0x00]);
    writer.octets(this.#setPending);
    writer.octet(0x0b);
    return place;
  }

  /** Charges for the operand on top of the stack, and leaves it there. */
  operand(writer: Writer, price: OperandPrice): void {
    writer.octets(this.#teeOperand);
    writer.octets(this.#getOperand);
    writer.octets(price.code);
    writer.octets(this.#spend);
  }
}

export function fillCharge(writer: Writer, place: number, amount: number): void {
  writer.fill(place, chargeOctets, Math.min(Math.max(amount, 1), largestCharge));
}

function chargeGap(writer: Writer): number {
  writer.octet(0x41);
  return writer.gap(chargeOctets);
}

/**
 * `spend(amount)`: takes it from the fuel and, below zero, asks `tick`. The answer is stored before it is judged:
 * should a runtime let a guest catch the trap, the next check asks again. A trap and no exception of the host, because
 * `catch_all` catches those.
 */
export function writeSpend(writer: Writer, shape: Shape): void {
  const fuel = leb(shape.fuelGlobal);
  const get = [0x23, ...fuel];
  const set = [0x24, ...fuel];
  const ifBelowZero = [...get, 0x41, 0x00, 0x48, 0x04, 0x40];
  const code = [
    0x00, // no locals
    ...[...get, 0x20, 0x00, 0x6b, ...set],
    ...ifBelowZero,
    ...[...get, 0x10, ...leb(shape.tickFunction), ...set],
    ...[...ifBelowZero, 0x00, 0x0b], // unreachable
    ...[0x0b, 0x0b],
  ];
  writer.u32(code.length);
  writer.octets(code);
}
