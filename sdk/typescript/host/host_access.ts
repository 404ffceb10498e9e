// The two ways into the host that all capabilities are made of. In a plugin they suspend it; in a test they are faked.

/** Asks a capability and waits; the shapes are those of src/capabilities. Throws a HostError if the host refuses. */
export type HostCall = (capability: string, request: object) => unknown;

/** How a request ended that may well fail. `code` is for programs, `message` for the log. */
export interface Failed {
  readonly kind: "failed";
  readonly code: string;
  readonly message: string;
}

export interface HostAccess {
  readonly call: HostCall;
  /** Fills `into` from that offset of the content on: how many octets, 0 at the end, -1 if it may not be read. */
  readonly readContent: (offset: number, into: Uint8Array) => number;
}
