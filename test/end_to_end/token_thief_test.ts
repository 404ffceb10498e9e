// Another user of the machine listens where the commands look for their server, on every runtime: he gets no token.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/loopback_port.ts";
import { connectPeer } from "../support/smtp_peer.ts";
import { Tail } from "../support/tail_process.ts";
import {
  flagsOf,
  isHarmless,
  ownFolder,
  runCommand,
  startForTerminal,
  type TerminalServer,
  terminalToml,
} from "../support/terminal.ts";
import { assertLeftEmpty, madeUpProof, passingOnTo, startThief } from "../support/thief.ts";

const folder = ownFolder();

/** The API is that of the first process, for all workers. */
const toml = `process.workers = 2\n${terminalToml}`;

const page = { status: 404, body: "<h1>\u001b[2J</h1>" };

const commands: readonly (readonly string[])[] = [["top"], ["tail"], ["reload"], ["plugins"], ["sessions"]];

for (const runtime of directRuntimes) {
  describe(`a thief on ${runtime.name}`, () => {
    const state = join(folder, runtime.name);
    mkdirSync(state);
    const token = (): string => readFileSync(join(state, "terminal-token"), "utf8").trim();
    let served: TerminalServer | undefined;
    after(async () => void await served?.daemon.stop());

    const start = async (admin: string): Promise<TerminalServer> => {
      served = await startForTerminal(runtime, { toml, admin, state });
      await eventually(() => "its token is there", () => existsSync(join(state, "terminal-token")) || undefined);
      return served;
    };

    test("the server proves itself, and who only passes its proof on gets nothing", async (context) => {
      const server = await start("127.0.0.1:0");
      assert.equal((await runCommand(runtime, ["plugins", ...flagsOf(server)])).code, 0);
      const thief = await startThief(0, passingOnTo(Number(server.admin.split(":").at(-1))));
      context.after(() => thief.close());
      const asked = ["plugins", "--admin", `127.0.0.1:${thief.port}`, "--state", state];
      const ran = await runCommand(runtime, asked);
      assert.equal(ran.code, 1);
      assert.match(
        ran.stderr,
        /^plugins: what listens at .* passes on to the server at 127\.0\.0\.1:\d+, .*no token was/,
      );
      assertLeftEmpty(thief, token());
      assert.equal(await server.daemon.stop(), 0);
    });

    test("while the server is down no command gives its token away, and each says what to do", async () => {
      const path = join(folder, `${runtime.name}.sock`);
      const answers = { page: () => page, proof: () => madeUpProof(`unix:${path}`) };
      for (const [what, answer] of Object.entries(answers)) {
        const [open, hidden] = await Promise.all([startThief(0, answer), startThief(path, answer)]);
        const places = [`127.0.0.1:${open.port}`, `unix:${path}`];
        const ran = await Promise.all(places.flatMap((place) => {
          return commands.map((command) => runCommand(runtime, [...command, "--admin", place, "--state", state]));
        }));
        for (const { code, stdout, stderr } of ran) {
          assert.deepEqual([code, stdout], [1, ""], what);
          assert.match(
            stderr,
            /^\w+: what listens at .* is not the server of this state folder: .*; no token was sent to it\n/,
          );
          assert.match(
            stderr,
            / {2}start the server .*--admin HOST:PORT or unix:\/PATH, or QPSMTPD_ADMIN\n.*admin\.listen/,
          );
          isHarmless(stderr);
        }
        for (const thief of [open, hidden]) {
          assertLeftEmpty(thief, token());
          await thief.close();
        }
      }
    });

    test("tail outlives a start of the server and a thief before it, and the old token does not", async () => {
      const admin = `127.0.0.1:${await freePort()}`;
      const first = await start(admin);
      const old = token();
      const tail = new Tail(runtime, flagsOf(first));
      await heard(tail, first);
      assert.equal(await first.daemon.stop(), 0);
      const thief = await startThief(Number(admin.split(":").at(-1)), () => page);
      await eventually(() => tail.complained, () => thief.heard.length > 1 || undefined);
      assertLeftEmpty(thief, old);
      await thief.close();
      const second = await start(admin);
      assert.notEqual(token(), old);
      await eventually(() => tail.complained, () => tail.complained.includes("tail: connected again\n") || undefined);
      tail.heard = "";
      await heard(tail, second);
      assert.equal(await tail.interrupt(), 0);
      const ask = async (shown: string): Promise<number> => {
        return (await fetch(`http://${admin}/status`, { headers: { authorization: `Bearer ${shown}` } })).status;
      };
      assert.deepEqual([await ask(old), await ask(token())], [401, 200]);
    });
  });
}

/** It listens, and is told of a client. */
async function heard(tail: Tail, { daemon }: TerminalServer): Promise<void> {
  await eventually(() => tail.complained, async () => {
    (await connectPeer(daemon.port)).destroy();
    return tail.heard.includes("connected") || undefined;
  });
}
