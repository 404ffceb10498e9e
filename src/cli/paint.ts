// Colours of a terminal, where there are any. Pure.

const codes = { red: 31, green: 32, yellow: 33, cyan: 36, bold: 1, dim: 2 } as const;

export type Colour = keyof typeof codes;
export type Paint = (text: string, colour: Colour) => string;

/** Only what has no control characters of others may be painted. */
export function painter(colours: boolean): Paint {
  return (text, colour) => colours ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
}
