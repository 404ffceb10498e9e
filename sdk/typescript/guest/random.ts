// `Math.random` of a plugin: seeded by `event.seed` at each call, so that a recorded call can be played again.

let state = 0;

/** Starts the sequence anew. */
export function seedRandom(seed: number): void {
  state = seed | 0;
}

/** Two words of mulberry32 (a Weyl sequence with a mixing step): 53 random bits, 0 <= x < 1. */
export function random(): number {
  return ((nextWord() >>> 5) * 0x4000000 + (nextWord() >>> 6)) / 0x20000000000000;
}

function nextWord(): number {
  state = (state + 0x6d2b79f5) | 0;
  let word = Math.imul(state ^ (state >>> 15), state | 1);
  word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
  return (word ^ (word >>> 14)) >>> 0;
}
