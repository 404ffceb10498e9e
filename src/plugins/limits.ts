// How much a plugin may be given and may give back. Every number here guards memory or time of the whole server.

export const limits = {
  /** Octets of a .wasm file. */
  file: 33_554_432,
  /** Octets of the manifest. */
  manifest: 65_536,
  /** Octets of one request to a capability. */
  request: 524_288,
  /** Octets of randomness that WASI gives at a time. */
  random: 65_536,
  /** Octets that one `content_read` copies. */
  contentRead: 1_048_576,
  /** Octets of the JSON given to `configure`: list files can be long. */
  configuration: 16_777_216,
  /** Octets of what `configure` answers, and milliseconds it may run. */
  answer: 65_536,
  configureCpu: 2000,
  configureWall: 10_000,
  /** Blocks and octets that one call may take from Extism's own memory, besides its input. */
  kernelBlocks: 4096,
  kernelOctets: 4_194_304,
  /** Lines that one call may log; further ones are dropped after one line that says so. */
  logLines: 100,
  /** Characters of one line in the log and of a failure's message. */
  line: 1000,
  /** Instances of one plugin, and calls that may wait for one: a call that waits for the host holds its instance. */
  instances: 64,
  waiting: 1000,
} as const;
