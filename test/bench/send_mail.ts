// Mail by smtp-source, as all figures of messages a second are made.

import { run } from "../support/programs.ts";

/** Throws what smtp-source complained about. */
export async function sendMail(target: string, args: readonly string[]): Promise<void> {
  const sent = await run("smtp-source", [
    ...args,
    ...["-f", "author@example.org", "-t", "postmaster@localhost", "-M", "client.example.org", target],
  ]);
  if (sent.code !== 0) throw new Error(sent.stderr);
}
