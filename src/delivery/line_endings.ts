// Content with LF line ends, for the readers of mail folders that want them.

const carriageReturn = 13;
const lineFeed = 10;

/** The same octets with every CRLF made LF; a CR that stands alone stays. */
export async function* withLineFeeds(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let held = false;
  for await (const piece of pieces) {
    const joined: Uint8Array = held ? Buffer.concat([Uint8Array.of(carriageReturn), piece]) : piece;
    // Its LF may be the first octet of the next piece.
    held = joined.at(-1) === carriageReturn;
    const converted = dropCarriageReturns(held ? joined.subarray(0, -1) : joined);
    if (converted.length > 0) yield converted;
  }
  if (held) yield Uint8Array.of(carriageReturn);
}

function dropCarriageReturns(bytes: Uint8Array): Uint8Array {
  const converted = new Uint8Array(bytes.length);
  let length = 0;
  let from = 0;
  // Whole runs at once: a loop over octets would be the slowest part of a delivery.
  for (let at = bytes.indexOf(carriageReturn); at >= 0; at = bytes.indexOf(carriageReturn, at + 1)) {
    if (bytes[at + 1] !== lineFeed) continue;
    converted.set(bytes.subarray(from, at), length);
    length += at - from;
    from = at + 1;
  }
  converted.set(bytes.subarray(from), length);
  return converted.subarray(0, length + bytes.length - from);
}
