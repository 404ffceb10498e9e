// `qpsmtpd tail` as a process, on every runtime, at a daemon of the same runtime.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { prove } from "../../src/admin/proof.ts";
import { hashOf } from "../../src/admin/token.ts";
import type { Happening } from "../../src/live/happening.ts";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { eventually } from "../support/eventually.ts";
import { clientsOf } from "../support/loopback_port.ts";
import { Tail } from "../support/tail_process.ts";
import {
  flagsOf,
  isHarmless,
  ownFolder,
  refusedSession,
  startForTerminal,
  type TerminalServer,
} from "../support/terminal.ts";

const folder = ownFolder();

for (const runtime of directRuntimes) {
  describe(`tail on ${runtime.name}`, () => {
    let served: Promise<TerminalServer> | undefined;
    const server = (): Promise<TerminalServer> => served ??= startForTerminal(runtime);
    after(async () => void await (await served)?.daemon.stop());

    test("tail tells what matches, with the codes, and ends on SIGINT with 0", async () => {
      const all = new Tail(runtime, ["--json", "--ip", "127.0.0.0/8", ...flagsOf(await server())]);
      const some = new Tail(runtime, ["--rcpt", "@d.test", "--refused", ...flagsOf(await server())]);
      const none = new Tail(runtime, ["--ip", "192.0.2.0/24", ...flagsOf(await server())]);
      // They say nothing when they listen.
      const port = Number((await server()).admin.split(":").at(-1));
      await eventually(() => "all three listen", () => clientsOf(port) === 3 || undefined);
      const { code, end } = await refusedSession(await server());
      end();
      const complained = (): string => all.complained + some.complained + none.complained;
      await eventually(complained, () => {
        return all.heard.includes('"kind":"disconnected"') && some.heard.includes(code) || undefined;
      });
      assert.match(some.heard, new RegExp(` ${code} +refused +550 5\\.7\\.1 Relaying denied`));
      assert.doesNotMatch(some.heard, / connected /);
      isHarmless(some.heard + all.heard);
      const happenings = all.heard.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Happening);
      for (const kind of ["connected", "verdict", "reply"]) {
        assert.ok(happenings.some((each) => each.kind === kind), kind);
      }
      assert.deepEqual(await Promise.all([all, some, none].map((tail) => tail.interrupt())), [0, 0, 0]);
      assert.equal(none.heard, "");
    });

    test("tail ends quietly when nobody reads it any more", async () => {
      const tail = new Tail(runtime, flagsOf(await server()));
      await eventually(() => "somebody is told of", async () => {
        (await refusedSession(await server())).end();
        return tail.heard === "" ? undefined : true;
      });
      tail.closePipe();
      await eventually(() => "it ends", async () => {
        (await refusedSession(await server())).end();
        return tail.ended;
      });
      assert.deepEqual(await tail.exit, 0);
      assert.equal(tail.complained, "");
    });

    test("tail goes on where it was, and says so", async () => {
      const asked: (string | undefined)[] = [];
      const tokens = [{ name: "any", role: "read", hash: hashOf("any") }] as const;
      const events = createServer((request, reply) => {
        const { pathname, searchParams } = new URL(request.url ?? "", "http://server");
        if (pathname === "/proof") {
          const of = (name: string): string => searchParams.get(name) ?? "";
          reply.setHeader("content-type", "application/json");
          return void reply.end(JSON.stringify(prove(tokens, of("fingerprint"), of("challenge"), "anywhere")));
        }
        asked.push(request.headers["last-event-id"]?.toString());
        reply.writeHead(200, { "content-type": "text/event-stream" });
        const happening = { id: 1, at: 0, pid: 1, kind: "turnedAway", facts: { client: "192.0.2.1", why: "tooMany" } };
        reply.write(`id: x-${asked.length}\ndata: ${JSON.stringify(happening)}\n\n`);
        if (asked.length < 3) setTimeout(() => reply.destroy(), 100);
      });
      await new Promise<void>((resolve) => events.listen(0, "127.0.0.1", resolve));
      const address = events.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const token = join(folder, "any.token");
      writeFileSync(token, "any");
      const tail = new Tail(runtime, ["--admin", `127.0.0.1:${port}`, "--token-file", token]);
      const told = "tail: the connection has ended; trying again\ntail: connected again\n";
      // Its two outputs come by two ways.
      await eventually(() => tail.heard + tail.complained, () => {
        return tail.heard.split("\n").length > 3 && tail.complained.length >= 2 * told.length || undefined;
      });
      assert.deepEqual(asked, [undefined, "x-1", "x-2"]);
      assert.equal(tail.complained, told + told);
      assert.equal(await tail.interrupt(), 0);
      events.closeAllConnections();
      events.close();
    });
  });
}
