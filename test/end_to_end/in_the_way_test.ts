// What stands between a command and its server, each said with its remedy, on every runtime.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { isHarmless, ownFolder, runCommand, startForTerminal, type TerminalServer } from "../support/terminal.ts";

const folder = ownFolder();

for (const runtime of directRuntimes) {
  describe(`in the way on ${runtime.name}`, () => {
    let served: Promise<TerminalServer> | undefined;
    const server = (): Promise<TerminalServer> => served ??= startForTerminal(runtime);
    after(async () => void await (await served)?.daemon.stop());

    test("what is in the way is said with its remedy, and exit code 1", async () => {
      const { admin } = await server();
      const token = join(folder, "wrong.token");
      writeFileSync(token, "wrong");
      const nobody = ["--admin", "127.0.0.1:1", "--token-file", token];
      const off = join(folder, "off.toml");
      writeFileSync(off, '[admin]\nlisten = "off"\n');
      const web = createServer((_, reply) => reply.end("<h1>hello</h1>"));
      await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
      const address = web.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      web.removeAllListeners("request").on("request", (_, reply) => reply.writeHead(404).end("<h1>\u001b[2J</h1>"));
      const rows: readonly (readonly [args: readonly string[], said: RegExp])[] = [
        [
          ["top", ...nobody],
          /^top: no server answers at 127\.0\.0\.1:1\n {2}start the server \(qpsmtpd serve\), or say /,
        ],
        [["tail", ...nobody], /^tail: no server answers at 127\.0\.0\.1:1\n {2}start the server/],
        [
          ["reload", "--admin", "unix:/nowhere/x", "--token-file", token],
          /^reload: no server answers at unix:\/nowhere/,
        ],
        [
          ["sessions", "--admin", admin, "--token-file", token],
          /^sessions: the token of .*wrong\.token is not valid at /,
        ],
        [["tail", "--admin", admin, "--token-file", token], /^tail: the token of .*\n {2}make one \(qpsmtpd token /],
        [
          ["top", "--admin", admin, "--state", folder],
          /^top: no token: .*terminal-token: there is no such file\n {2}make/,
        ],
        [["plugins", "--config", off], /^plugins: .*off\.toml: the API is off\n {2}set admin\.listen = /],
        [
          ["sessions", "--admin", `127.0.0.1:${port}`, "--token-file", token],
          /answers 404, and not as the API of qpsmtpd/,
        ],
      ];
      const ran = await Promise.all(rows.map(([args]) => runCommand(runtime, args)));
      for (const [at, [args, said]] of rows.entries()) {
        assert.equal(ran[at]?.code, 1, args.join(" "));
        assert.match(ran[at]?.stderr ?? "", said);
        assert.equal(ran[at]?.stdout, "");
        isHarmless(ran[at]?.stderr ?? "");
      }
      web.closeAllConnections();
      web.close();
    });
  });
}
