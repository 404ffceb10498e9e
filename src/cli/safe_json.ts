// JSON for programs that a terminal can show without harm.

/** One line; everything that could move a cursor or hide text is written as \u escapes. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    return Array.from({ length: character.length }, (_, at) => escapeUnit(character.charCodeAt(at))).join("");
  });
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
