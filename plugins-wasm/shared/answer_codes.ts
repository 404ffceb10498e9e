// Which answers of a DNS list count, written as in Postfix: `127.0.0.[2..11;14]`.

/** For each octet the ranges it may lie in. */
export type AnswerCodes = readonly (readonly (readonly [least: number, most: number])[])[];

const octet = /^(?:\d{1,3}|\[\d{1,3}(?:\.\.\d{1,3})?(?:;\d{1,3}(?:\.\.\d{1,3})?)*\])$/;

export function readAnswerCodes(text: string): AnswerCodes | undefined {
  // Only the dots outside brackets stand between octets.
  const octets = text.split(/\.(?![^[]*\])/);
  if (octets.length !== 4 || !octets.every((part) => octet.test(part))) return undefined;
  const codes = octets.map((part) => part.replaceAll(/[[\]]/g, "").split(";").map(rangeOf));
  return codes.flat().every(([least, most]) => least <= most && most <= 255) ? codes : undefined;
}

export function codesHold(codes: AnswerCodes, address: string): boolean {
  const octets = address.split(".").map(Number);
  return codes.every((ranges, i) => ranges.some(([least, most]) => within(octets[i], least, most)));
}

function rangeOf(text: string): readonly [number, number] {
  const [least = "", most = least] = text.split("..");
  return [Number(least), Number(most)];
}

function within(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}
