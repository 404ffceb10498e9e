// nodemailer's smtp-server, accepting and discarding: the yardstick.

import { createRequire } from "node:module";

interface Stream {
  resume(): void;
  on(event: "end", done: () => void): void;
}
interface Server {
  listen(port: number, host: string, ready: () => void): void;
  close(): void;
  readonly server: { address(): { readonly port: number } };
}

// It is a CommonJS package without types.
const { SMTPServer } = createRequire(import.meta.url)("smtp-server") as {
  readonly SMTPServer: new (options: object) => Server;
};

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["AUTH", "STARTTLS"],
  disableReverseLookup: true,
  logger: false,
  size: 50_000_000,
  onData(stream: Stream, _session: unknown, done: () => void): void {
    stream.on("end", done);
    stream.resume();
  },
});
server.listen(0, "127.0.0.1", () => console.log(`127.0.0.1:${server.server.address().port} swaks`));
process.once("SIGTERM", () => process.exit(0));
