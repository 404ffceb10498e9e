// Sizes and times as people write them: what src/config/units.ts reads.

/** Octets. A size has nine digits at the most: a larger one is rounded up to whole units. */
export function formatSize(octets: number): string {
  if (octets % 1e6 === 0 || octets >= 1e12) return `${Math.ceil(octets / 1e6)}MB`;
  return octets % 1e3 === 0 || octets >= 1e9 ? `${Math.ceil(octets / 1e3)}KB` : `${octets}B`;
}

export function formatSeconds(seconds: number): string {
  return seconds > 0 && seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}
