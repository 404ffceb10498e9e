// Makes valid modules out of a seed: loops that end, branches, calls, exceptions, memory and table instructions, traps.

export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761) >>> 0 || 1;
  }

  /** A whole number from 0 up to and without `sides`. */
  roll(sides: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % sides;
  }

  oneOf<T>(values: readonly T[]): T {
    return values[this.roll(values.length)] as T;
  }
}

const functionCount = 6;

/**
 * WebAssembly text that exports `f0` to `f5`, each `(i32, i32) -> i32`, its memory and its globals. A function calls
 * only those before it, and every loop counts down, so that all calls end.
 */
export function randomModule(seed: number): string {
  const dice = new Dice(seed);
  const functions = Array.from({ length: functionCount }, (_, index) => new Body(dice, index).function());
  return `(module
    (type $f (func (param i32 i32) (result i32)))
    (memory (export "memory") 1 3)
    (data (i32.const 100) "some octets to read, and more of them")
    (data $passive "dropped or not")
    (table $t 8 12 funcref)
    (elem (i32.const 0) ${functions.map((_, index) => `$f${index}`).join(" ")})
    (global $g (export "g") (mut i32) (i32.const ${dice.roll(1000)}))
    (global $h (export "h") (mut i64) (i64.const 7))
    (tag $e (param i32))
    ${functions.join("\n")})`;
}

class Body {
  readonly #dice: Dice;
  readonly #index: number;
  #loops = 0;
  #labels = 0;

  constructor(dice: Dice, index: number) {
    this.#dice = dice;
    this.#index = index;
  }

  function(): string {
    const statements = this.#statements(3);
    return `(func $f${this.#index} (export "f${this.#index}") (type $f) (local $i i32) (local $l i64)
      (local $c0 i32) (local $c1 i32) (local $c2 i32) (local $d f64)
      ${statements} ${this.#int(3)})`;
  }

  #statements(depth: number): string {
    return Array.from({ length: 1 + this.#dice.roll(4) }, () => this.#statement(depth)).join("\n");
  }

  #statement(depth: number): string {
    if (depth === 0) return this.#simple();
    switch (this.#dice.roll(9)) {
      case 0:
        return this.#loop(depth);
      case 1:
        return `(if ${this.#int(2)} (then ${this.#statements(depth - 1)}) (else ${this.#statements(depth - 1)}))`;
      case 2:
        return this.#inBlock(() => `(block ${this.#statements(depth - 1)} ${this.#branch()} ${this.#simple()})`);
      case 3:
        return `(block (block (block (br_table 0 1 2 ${this.#int(1)})) ${
          this.#statements(depth - 1)
        }) ${this.#simple()})`;
      case 4:
        return `(try (do ${this.#statements(depth - 1)} ${this.#throw()}) (catch $e (local.set $i)))`;
      case 5:
        return `(try (do ${this.#statements(depth - 1)} ${this.#throw()}) (catch_all ${this.#simple()}))`;
      default:
        return this.#simple();
    }
  }

  #loop(depth: number): string {
    if (this.#loops === 3) return this.#simple();
    const counter = `$c${this.#loops}`;
    this.#loops += 1;
    const body = this.#statements(depth - 1);
    this.#loops -= 1;
    const again =
      `(br_if 0 (i32.gt_s (local.tee ${counter} (i32.sub (local.get ${counter}) (i32.const 1))) (i32.const 0)))`;
    const start = `(local.set ${counter} (i32.const ${1 + this.#dice.roll(6)}))`;
    if (this.#dice.roll(3) > 0) return `${start} (loop ${body} ${again})`;
    // Operands lie beneath the head of this one.
    return `${start} (local.set $i ${this.#int(1)} (loop (param i32) (result i32)
      (local.get $i) (i32.add) ${body} ${again}))`;
  }

  #inBlock(make: () => string): string {
    this.#labels += 1;
    const made = make();
    this.#labels -= 1;
    return made;
  }

  #branch(): string {
    return this.#dice.oneOf(["(br 0)", `(br_if 0 ${this.#int(1)})`, ""]);
  }

  #throw(): string {
    return this.#dice.roll(2) === 0 ? "" : `(throw $e ${this.#int(1)})`;
  }

  #simple(): string {
    const int = (): string => this.#int(2);
    const near = (): string => `(i32.and ${int()} (i32.const 0xfff))`;
    const small = (): string => `(i32.and ${int()} (i32.const 7))`;
    return this.#dice.oneOf([
      (): string => `(local.set $i ${int()})`,
      () => `(local.set 0 ${int()})`,
      () => `(local.set $l (i64.add (local.get $l) (i64.extend_i32_s ${int()})))`,
      () => `(local.set $d (f64.mul (local.get $d) (f64.convert_i32_s ${int()})))`,
      () => `(global.set $g ${int()})`,
      () => `(global.set $h (i64.rotl (global.get $h) (local.get $l)))`,
      () => `(i32.store ${near()} ${int()})`,
      () => `(i64.store offset=300 ${near()} (local.get $l))`,
      () => `(memory.fill ${near()} ${int()} ${near()})`,
      () => `(memory.copy ${near()} ${near()} ${near()})`,
      () => `(memory.init $passive ${near()} ${small()} ${small()})`,
      () => `(drop (memory.grow (i32.and ${int()} (i32.const 1))))`,
      () =>
        // Into the entries that no call uses: otherwise a function could come to call itself without end.
        `(table.copy $t $t (i32.add (i32.const 6) (i32.and ${int()} (i32.const 1))) ${small()} (i32.const 1))`,
      () => `(table.set $t (i32.const 7) (ref.func $f0))`,
      () => this.#dice.roll(30) === 0 ? "(unreachable)" : "(nop)",
      () => this.#dice.roll(30) === 0 ? "(data.drop $passive)" : "(nop)",
      () => this.#dice.roll(20) === 0 ? `(i32.store ${int()} ${int()})` : "(nop)",
      () => this.#dice.roll(10) === 0 ? `(return ${int()})` : "(nop)",
    ])();
  }

  #int(depth: number): string {
    if (depth === 0) return this.#dice.oneOf(["(local.get 0)", "(local.get 1)", "(local.get $i)", "(i32.const 3)"]);
    const int = (): string => this.#int(depth - 1);
    const operator = this.#dice.oneOf(["add", "sub", "mul", "xor", "shl", "shr_u", "lt_s", "rotl", "and", "or"]);
    return this.#dice.oneOf([
      () => `(i32.${operator} ${int()} ${int()})`,
      () => `(i32.const ${this.#dice.roll(0xffff_ffff)})`,
      () => `(i32.${this.#dice.oneOf(["div_s", "rem_u"])} ${int()} (i32.or (i32.const 1) ${int()}))`,
      () => `(select ${int()} ${int()} ${int()})`,
      () => `(i32.load8_u (i32.and ${int()} (i32.const 0xffff)))`,
      () => "(global.get $g)",
      () => "(i32.wrap_i64 (local.get $l))",
      () => "(i32.trunc_sat_f64_s (local.get $d))",
      () => `(i32x4.extract_lane 2 (i32x4.add (i32x4.splat ${int()}) (i32x4.splat ${int()})))`,
      () => this.#call(int),
    ])();
  }

  #call(int: () => string): string {
    if (this.#index === 0) return int();
    const target = this.#dice.roll(this.#index);
    if (this.#dice.roll(4) > 0) return `(call $f${target} ${int()} ${int()})`;
    return `(call_indirect $t (type $f) ${int()} ${int()} (i32.const ${target}))`;
  }
}
