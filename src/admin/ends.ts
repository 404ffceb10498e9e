// The two ends of a connection, each in the one spelling that both sides of it give to the same end. Pure.

/** As `app.fetch` gets them with each request. */
export interface Ends {
  /** The client's address; empty for a Unix socket. */
  readonly remote: string;
  /** Where the client has reached this server, with the port. */
  readonly local: string;
}

/** `127.0.0.1:2580` or `[::1]:2580`. A socket for both families writes IPv4 in its own way (RFC 4291 §2.5.5.2). */
export function endOf(address = "", port = 0): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`;
}
