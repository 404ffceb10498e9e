// How much a plugin may be given and may give back. Every number here guards memory or time of the whole server.

export const limits = {
  /** Octets of a .wasm file. */
  file: 33_554_432,
  /** Octets of the manifest. */
  manifest: 65_536,
  /** Octets of the JSON event of one call. */
  event: 262_144,
  /** Octets of the JSON given to `configure`: list files can be long. */
  configuration: 16_777_216,
  /** Octets of the JSON answer. */
  answer: 65_536,
  /** Blocks and octets that one call may take from Extism's own memory, besides its input. */
  kernelBlocks: 4096,
  kernelOctets: 4_194_304,
  /** Lines that one call may log; further ones are dropped after one line that says so. */
  logLines: 100,
  /** Characters of one line in the log and of a failure's message. */
  line: 1000,
  /** Milliseconds that one call may take, waiting for an instance included, unless the operator says otherwise. */
  deadlineMs: 10_000,
  /** Instances of one plugin, and calls that may wait for one. */
  instances: 8,
  waiting: 1000,
} as const;
