// Patterns with `*`, which stands for any characters, none included; everything else stands for itself.

/**
 * Does `glob` match `text`, in linear time for a fixed glob? A `*` in `text` is matched by a `*` alone, so for two globs
 * this says whether the first matches everything that the second does: both questions are one.
 */
export function globCovers(glob: string, text: string): boolean {
  const pieces = glob.split("*");
  const [first = "", last = ""] = [pieces[0], pieces.at(-1)];
  if (pieces.length === 1) return glob === text;
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  // The leftmost place for each piece leaves the most room for the next: no going back.
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
