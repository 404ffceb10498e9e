// Which line of which source each line of a bundle came from, read from its source map (ECMA-426).

import { basename } from "node:path";

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The table that guest/describe_error.ts reads. Sources outside the plugin's folder keep only their last two names. */
export function lineTable(sourceMap: string): string {
  const map: { readonly sources: readonly string[]; readonly mappings: string } = JSON.parse(sourceMap);
  const lines: number[] = [];
  let source = 0;
  let sourceLine = 0;
  for (const line of map.mappings.split(";")) {
    let first: readonly number[] | undefined;
    for (const segment of line.split(",")) {
      const [, sourceStep, lineStep] = decode(segment);
      if (sourceStep === undefined || lineStep === undefined) continue;
      source += sourceStep;
      sourceLine += lineStep;
      first ??= [source, sourceLine + 1];
    }
    lines.push(...(first ?? [-1, 0]));
  }
  return JSON.stringify([map.sources.map(shortName), lines]);
}

function shortName(source: string): string {
  return source.startsWith("../")
    ? source.split("/").slice(-2).join("/")
    : source.includes("/")
    ? source
    : basename(source);
}

/** Base-64 variable-length quantities, sign in the lowest bit. */
function decode(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = digits.indexOf(digit);
    value |= (bits & 31) << shift;
    shift += 5;
    if ((bits & 32) !== 0) continue;
    numbers.push((value & 1) === 1 ? -(value >>> 1) : value >>> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}
