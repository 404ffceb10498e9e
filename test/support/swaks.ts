// swaks as a client: one message from author@sender.test to reader@reader.test.

import { type Ran, run } from "./programs.ts";

/** `subject` tells the message from others; options that are given here come last and win. */
export function swaks(port: number, subject: string, ...options: readonly string[]): Promise<Ran> {
  return run("swaks", [
    ...["--server", `127.0.0.1:${port}`, "--ehlo", "client.sender.test", "--timeout", "60"],
    ...["--from", "author@sender.test", "--to", "reader@reader.test", "--h-Subject", subject],
    ...options,
  ]);
}
