// Every instruction that the guard knows: what follows its opcode, and what it costs. The one source of truth.

/** What follows an opcode. From `local` on the rewriter must look at it; below, it only passes it. */
export const immediates = {
  unknown: 0,
  none: 1,
  /** Alignment and offset. */
  memory: 2,
  signed32: 4,
  signed64: 5,
  octets4: 6,
  octets8: 7,
  octets16: 8,
  /** One lane of a vector. */
  lane: 9,
  memoryAndLane: 10,
  /** Result types of `select`. */
  types: 11,
  /** The heap type of `ref.null`. */
  heapType: 12,
  /** The index of a table, a data or element segment, or a tag: the guard adds none, so the runtime can judge. */
  index: 13,
  twoIndices: 14,

  local: 20,
  global: 21,
  function: 22,
  call: 23,
  typeAndTable: 24,
  block: 30,
  loop: 31,
  if: 32,
  else: 33,
  end: 34,
  branch: 35,
  branchIf: 36,
  branchTable: 37,
  /** Leaves the function or the path: `return`, `unreachable`. */
  leave: 38,
  throwTag: 39,
  rethrow: 40,
  tailCall: 41,
  tailCallIndirect: 42,
  try: 43,
  catch: 44,
  catchAll: 45,
  delegate: 46,
  tryTable: 47,
  /** The operand on top of the stack says how long they take. `memory.init`: a segment and the memory. */
  memoryInit: 50,
  /** Two indices, but one for `table.fill`. */
  bulkTable: 51,
  memoryGrow: 52,
  tableGrow: 53,
  dropSegment: 54,
  tableSet: 55,
  memoryCopy: 56,
  memoryFill: 57,
  prefix: 58,
  store: 59,
  storeLane: 60,
  memorySize: 61,
} as const;

/** After these a table may hold something else. */
export const tableChanges: ReadonlySet<number> = new Set([
  immediates.bulkTable,
  immediates.tableGrow,
  immediates.tableSet,
]);

/** First and last opcode, what follows, and the cost: 1 is about the time of an addition. */
type Row = readonly [first: number, last: number, follows: number, cost: number];

const i = immediates;

const plain: readonly Row[] = [
  [0x00, 0x00, i.leave, 0], // unreachable
  [0x01, 0x01, i.none, 1], // nop: free to run, not to compile
  [0x02, 0x02, i.block, 0],
  [0x03, 0x03, i.loop, 1],
  [0x04, 0x04, i.if, 1],
  [0x05, 0x05, i.else, 0],
  [0x06, 0x06, i.try, 1],
  [0x07, 0x07, i.catch, 1],
  [0x08, 0x08, i.throwTag, 1],
  [0x09, 0x09, i.rethrow, 1],
  [0x0a, 0x0a, i.leave, 1], // throw_ref
  [0x0b, 0x0b, i.end, 0],
  [0x0c, 0x0c, i.branch, 1],
  [0x0d, 0x0d, i.branchIf, 1],
  [0x0e, 0x0e, i.branchTable, 4],
  [0x0f, 0x0f, i.leave, 1], // return
  [0x10, 0x10, i.call, 4],
  [0x11, 0x11, i.typeAndTable, 8], // call_indirect
  [0x12, 0x12, i.tailCall, 4],
  [0x13, 0x13, i.tailCallIndirect, 8],
  [0x18, 0x18, i.delegate, 0],
  [0x19, 0x19, i.catchAll, 1],
  [0x1a, 0x1b, i.none, 1], // drop, select
  [0x1c, 0x1c, i.types, 1], // typed select
  [0x1f, 0x1f, i.tryTable, 1],
  [0x20, 0x22, i.local, 1],
  [0x23, 0x24, i.global, 1],
  [0x25, 0x25, i.index, 2], // table.get
  [0x26, 0x26, i.tableSet, 4],
  [0x28, 0x35, i.memory, 2], // loads
  [0x36, 0x3e, i.store, 4], // stores, and the note of each
  [0x3f, 0x3f, i.memorySize, 1],
  [0x40, 0x40, i.memoryGrow, 1000],
  [0x41, 0x41, i.signed32, 1],
  [0x42, 0x42, i.signed64, 1],
  [0x43, 0x43, i.octets4, 1],
  [0x44, 0x44, i.octets8, 1],
  [0x45, 0x6c, i.none, 1], // comparisons, i32 arithmetic
  [0x6d, 0x70, i.none, 8], // i32 division
  [0x71, 0x7e, i.none, 1],
  [0x7f, 0x82, i.none, 16], // i64 division
  [0x83, 0x90, i.none, 1],
  [0x91, 0x91, i.none, 4], // f32.sqrt
  [0x92, 0x94, i.none, 1],
  [0x95, 0x95, i.none, 4], // f32.div
  [0x96, 0x9e, i.none, 1],
  [0x9f, 0x9f, i.none, 8], // f64.sqrt
  [0xa0, 0xa2, i.none, 1],
  [0xa3, 0xa3, i.none, 8], // f64.div
  [0xa4, 0xc4, i.none, 1],
  [0xd0, 0xd0, i.heapType, 1],
  [0xd1, 0xd1, i.none, 1],
  [0xd2, 0xd2, i.function, 8], // ref.func
  [0xfc, 0xfd, i.prefix, 0],
];

/** 0xfc: conversions, bulk memory, tables. */
const miscellaneous: readonly Row[] = [
  [0x00, 0x07, i.none, 2],
  [0x08, 0x08, i.memoryInit, 16],
  [0x09, 0x09, i.dropSegment, 8], // data.drop
  [0x0a, 0x0a, i.memoryCopy, 16],
  [0x0b, 0x0b, i.memoryFill, 16],
  [0x0c, 0x0c, i.bulkTable, 32], // table.init
  [0x0d, 0x0d, i.dropSegment, 8], // elem.drop
  [0x0e, 0x0e, i.bulkTable, 32], // table.copy
  [0x0f, 0x0f, i.tableGrow, 200],
  [0x10, 0x10, i.index, 1], // table.size
  [0x11, 0x11, i.bulkTable, 32], // table.fill
];

/** 0xfd: vectors of 128 bits. Relaxed ones are left out: their results depend on the processor. */
const vector: readonly Row[] = [
  [0x00, 0x0a, i.memory, 2],
  [0x0b, 0x0b, i.store, 4],
  [0x0c, 0x0d, i.octets16, 1],
  [0x0e, 0x14, i.none, 2],
  [0x15, 0x22, i.lane, 1],
  [0x23, 0x53, i.none, 1],
  [0x54, 0x57, i.memoryAndLane, 2],
  [0x58, 0x5b, i.storeLane, 4],
  [0x5c, 0x5d, i.memory, 2],
  [0x5e, 0x99, i.none, 2],
  [0x9b, 0x9b, i.none, 2],
  [0x9c, 0xa1, i.none, 2],
  [0xa3, 0xa4, i.none, 2],
  [0xa7, 0xae, i.none, 2],
  [0xb1, 0xb1, i.none, 2],
  [0xb5, 0xba, i.none, 2],
  [0xbc, 0xc1, i.none, 2],
  [0xc3, 0xc4, i.none, 2],
  [0xc7, 0xce, i.none, 2],
  [0xd1, 0xd1, i.none, 2],
  [0xd5, 0xe1, i.none, 2],
  [0xe3, 0xed, i.none, 4],
  [0xef, 0xff, i.none, 4],
];

/** `follows[opcode]` and `cost[opcode]`. */
export interface OpcodeTable {
  readonly follows: Uint8Array;
  readonly cost: Uint16Array;
}

export const opcodes: OpcodeTable = tableOf(plain, 256);
export const miscellaneousOpcodes: OpcodeTable = tableOf(miscellaneous, 32);
export const vectorOpcodes: OpcodeTable = tableOf(vector, 256);

function tableOf(rows: readonly Row[], size: number): OpcodeTable {
  const follows = new Uint8Array(size);
  const cost = new Uint16Array(size);
  for (const [first, last, what, costs] of rows) {
    follows.fill(what, first, last + 1);
    cost.fill(costs, first, last + 1);
  }
  return { follows, cost };
}
