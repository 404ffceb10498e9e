// curl as a client, which knows how to authenticate by certificate and by token.

import { asContent } from "./messages.ts";
import { type Ran, run } from "./programs.ts";

export interface CurlMail {
  readonly port: number;
  readonly scheme: "smtp" | "smtps";
  /** PEM of the authority that must have signed for mx.reader.test. */
  readonly authority: string;
  readonly lines: readonly string[];
  readonly options: readonly string[];
}

/** From author@sender.test to reader@reader.test, always encrypted; what was said is in `stderr`. */
export function sendByCurl({ port, scheme, authority, lines, options }: CurlMail): Promise<Ran> {
  return run("curl", [
    ...["--silent", "--verbose", "--ssl-reqd", "--cacert", authority, "--max-time", "60"],
    ...["--connect-to", "::127.0.0.1:", `${scheme}://mx.reader.test:${port}`],
    ...["--mail-from", "author@sender.test", "--mail-rcpt", "reader@reader.test", "--upload-file", "-"],
    ...options,
  ], { input: asContent(lines) });
}
