// How large a guarded module, and what it makes, may be. Compiling and instantiating run before any fuel is counted.

export interface GuardLimits {
  /** Pages of 64 KiB that the memory may reach. */
  readonly memoryPages: number;
  /** Entries that each table may reach, below 2^24. */
  readonly tableEntries: number;
  readonly tables: number;
  readonly types: number;
  readonly imports: number;
  readonly exports: number;
  /** Functions of the module's own. */
  readonly functions: number;
  /** Octets of one function's code: a runtime compiles a function in one go at its first call. Below 2^20. */
  readonly functionOctets: number;
  /** Parameters and locals of one function: they are zeroed at each call. */
  readonly locals: number;
  readonly globals: number;
  /** Blocks inside one another in one function. */
  readonly nesting: number;
  /** Data and element segments. */
  readonly segments: number;
}

/** What the guard must be told, and what it otherwise assumes. */
export type GivenLimits =
  & Pick<GuardLimits, "memoryPages" | "tableEntries">
  & { readonly [L in keyof GuardLimits]?: GuardLimits[L] };

const usual = {
  tables: 16,
  types: 10_000,
  imports: 1_000,
  exports: 10_000,
  functions: 50_000,
  functionOctets: 262_144,
  locals: 10_000,
  globals: 1_000,
  nesting: 8_192,
  segments: 10_000,
} as const;

export function completeLimits(given: GivenLimits): GuardLimits {
  return { ...usual, ...given };
}
