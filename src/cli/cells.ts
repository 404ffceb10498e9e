// How much room a text takes on a terminal, and how it is cut to what there is. Pure.

/** East Asian Wide and Fullwidth (Unicode UAX #11), and what is shown as a picture. */
const wide = new RegExp(
  "[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\u33ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\ua000-\\ua4cf\\ua960-\\ua97f" +
    "\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6\\u{20000}-\\u{3fffd}]" +
    "|\\p{Emoji_Presentation}",
  "u",
);
const none = /\p{Mn}|\p{Me}/u;

/** Cells of a text without control characters. */
export function cellWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let cells = 0;
  for (const character of text) cells += widthOf(character);
  return cells;
}

/** At most so many cells; what is cut ends in `…`. */
export function cut(text: string, cells: number): string {
  if (cellWidth(text) <= cells) return text;
  if (cells < 1) return "";
  let kept = "";
  let left = cells - 1;
  for (const character of text) {
    left -= widthOf(character);
    if (left < 0) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Exactly so many cells. */
export function fill(text: string, cells: number, right = false): string {
  const short = cut(text, cells);
  const blank = " ".repeat(Math.max(0, cells - cellWidth(short)));
  return right ? blank + short : short + blank;
}

function widthOf(character: string): number {
  if (none.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
