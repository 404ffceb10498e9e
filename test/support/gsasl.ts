// GNU SASL's client: it greets, takes STARTTLS if it is offered, proves who it is, and goes.

import { type Ran, run } from "./programs.ts";

export interface GsaslTry {
  readonly port: number;
  readonly mechanism: string;
  readonly user: string;
  readonly password: string;
  /** PEM of the authority that the server's certificate must come from. */
  readonly authority: string;
  readonly options?: readonly string[];
}

/** Exit code 0 and `server trusted` in its output: each side has believed the other. */
export function gsasl({ port, mechanism, user, password, authority, options = [] }: GsaslTry): Promise<Ran> {
  return run("gsasl", [
    ...["--smtp", `--connect=127.0.0.1:${port}`, `--x509-ca-file=${authority}`, "-m", mechanism],
    ...["-a", user, "-p", password],
    ...options,
  ], { within: 60_000 });
}
