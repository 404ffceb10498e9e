// What a plugin catches when the host did not do what it was asked.

/**
 * `code` is for programs: `notGranted`, `badRequest`, `tooMany` host calls, `aborted`, or one of the capability's own
 * (sdk/README.md lists them). `message` is for the log; it may tell what a stranger's server said. Not caught, it fails
 * the call, and the client is answered what `onError` says.
 */
export class HostError extends Error {
  override readonly name = "HostError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
