// The keys of a constant database (cdb), in which qpsmtpd kept long lists.

/** Two little-endian numbers of 32 bits for each of 256 tables. */
const headerOctets = 2048;

/** Nothing if the file is damaged. Keys that are no text are left out, and all behind the first `most`. */
export function cdbKeys(file: Uint8Array, most: number): readonly string[] | undefined {
  if (file.length < headerOctets) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const tables = Array.from({ length: 256 }, (_, index) => view.getUint32(index * 8, true));
  // Records lie between the header and the first table.
  const end = Math.min(...tables);
  if (end < headerOctets || end > file.length) return undefined;
  const keys: string[] = [];
  for (let at = headerOctets; at < end && keys.length < most;) {
    if (at + 8 > end) return undefined;
    const [keyLength, valueLength] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const next = at + 8 + keyLength + valueLength;
    if (next > end) return undefined;
    const key = new TextDecoder().decode(file.subarray(at + 8, at + 8 + keyLength));
    if (/^[\x21-\x7e]{1,255}$/.test(key)) keys.push(key);
    at = next;
  }
  return keys;
}
