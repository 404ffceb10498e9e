// Keys of the store that are made of what strangers say: short, and always keys that the store takes.

/** Longest part in characters: three of them with an address are well below the 512 octets of a key. */
const longest = 160;

/**
 * Itself if it is short printable ASCII without blanks; otherwise its beginning and a digest of all of it. Who tries can
 * find two texts with the same digest: do not use it where a stranger would gain by being taken for another.
 */
export function keyPart(text: string): string {
  if (new RegExp(`^[!-~]{1,${longest}}$`).test(text)) return text;
  return `${text.slice(0, 40).replace(/[^!-~]/g, "?")}…${digest(text, 0x811c9dc5)}${digest(text, 0x01234567)}`;
}

/** FNV-1a over the text's UTF-16 units, as eight hexadecimal digits. */
function digest(text: string, start: number): string {
  let hash = start;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
