// The commands that speak to a running server, each as a process, on every runtime, to a daemon of the same runtime.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Happening } from "../../src/live/happening.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon_process.ts";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { eventually } from "../support/eventually.ts";
import { clientsOf } from "../support/loopback_port.ts";
import { type Ran, run } from "../support/programs.ts";
import { projectRoot, type Runtime } from "../support/runtimes.ts";
import { connectPeer } from "../support/smtp_peer.ts";
import { Tail } from "../support/tail_process.ts";

const toml = `hostname = "mx.test"
[[plugin]]
name = "rcpt_ok"
grant = ["event:recipients", "event:user", "event:marks", "verdict:accept@rcpt", "verdict:reject@rcpt"]
`;

/** A hello that would clear the screen. */
const hostile = "EHLO \u001b[2J\u009b2Jevil";

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-terminal-"));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Server {
  readonly daemon: DaemonProcess;
  readonly admin: string;
  readonly deployToken: string;
}

async function start(runtime: Runtime, admin = "127.0.0.1:0"): Promise<Server> {
  const daemon = await startDaemon(runtime, { toml, admin });
  const found = (pattern: RegExp): Promise<string> => {
    return eventually(() => `${pattern} in ${daemon.output()}`, () => pattern.exec(daemon.output())?.[1]);
  };
  // Both tokens are there before one of them is shown.
  const deployToken = await found(/token, shown once +(\S+)\n/);
  return { daemon, admin: await found(/dashboard and API +(\S+)\n/), deployToken };
}

for (const runtime of directRuntimes) {
  describe(`terminal on ${runtime.name}`, () => {
    let served: Promise<Server> | undefined;
    const server = (): Promise<Server> => served ??= start(runtime);
    after(async () => void await (await served)?.daemon.stop());

    const [program, ...before] = runtime.command;
    const bare = (...args: readonly string[]): Promise<Ran> => {
      return run(program, [...before, ...args], { cwd: projectRoot });
    };
    const at = ({ admin, daemon }: Server): readonly string[] => ["--admin", admin, "--state", daemon.state];
    const ask = async (...args: readonly string[]): Promise<Ran> => await bare(...args, ...at(await server()));

    /** A session with a hostile hello and a recipient that was refused; the code of that refusal. */
    const refusedSession = async (): Promise<{ readonly id: string; readonly code: string; end(): void }> => {
      const peer = await connectPeer((await server()).daemon.port);
      await peer.reply();
      await peer.ask(hostile);
      await peer.ask("EHLO client.test");
      await peer.ask("MAIL FROM:<a@b.test>");
      const code = /\((\S+)\)/.exec(await peer.ask("RCPT TO:<c@d.test>"))?.[1] ?? "";
      return { id: code.replace(/\..*/, ""), code, end: () => void peer.ask("QUIT").then(() => peer.destroy()) };
    };

    test("sessions shows them, one of them with its dialogue, ends one, and lets no control character through", async () => {
      const { id, end } = await refusedSession();
      const table = await ask("sessions");
      assert.equal(table.code, 0, table.stderr);
      assert.match(table.stdout, new RegExp(`^${id} +127\\.0\\.0\\.1 .* 2 +<a@b\\.test>`, "m"));
      const one = await ask("sessions", id);
      assert.match(one.stdout, /^ +\d+ ms {2}C: MAIL FROM:<a@b\.test>$/m);
      const json = await ask("sessions", id, "--json");
      for (const { stdout } of [one, json]) assert.match(stdout, /u(001b|\{1b\})\[2J/, "the hostile hello is there");
      for (const { stdout } of [table, one, json]) isHarmless(stdout);
      assert.doesNotMatch((await ask("sessions", "--json")).stdout, /dialogue|2J/);
      const ended = await ask("sessions", "end", id);
      assert.deepEqual([ended.code, ended.stdout], [0, `${id} ends as soon as it waits for its client\n`]);
      const again = await ask("sessions", "end", "1ke4z8q-7m2px40");
      assert.equal(again.code, 1);
      assert.match(again.stderr, /^sessions end: There is no such session\.\n/);
      end();
    });

    test("plugins lists, details, and deploys only with a token that may", async () => {
      const table = await ask("plugins");
      assert.match(table.stdout, /^PLUGIN .*\nrcpt_ok +1\.0\.0 +enforce /);
      assert.match((await ask("plugins", "rcpt_ok")).stdout, /^hooks +rcpt$/m);
      const wrong = await ask("plugins", "none");
      assert.equal(wrong.code, 1);
      assert.match(wrong.stderr, /^plugins: The configuration has no plugin with this label\./);
      const low = await ask("plugins", "deploy", "rcpt_ok", "rcpt_ok");
      assert.equal(low.code, 1);
      assert.match(
        low.stderr,
        /^plugins deploy: The token terminal has the role operate; this needs deploy\.\n {2}Use a/,
      );
      const file = join(folder, `${runtime.name}.token`);
      writeFileSync(file, `${(await server()).deployToken}\n`, { mode: 0o600 });
      // The same plugin with one more custom section: another digest.
      const wasm = join(folder, `${runtime.name}.wasm`);
      const shipped = readFileSync(join(projectRoot, "build/plugins/rcpt_ok.wasm"));
      writeFileSync(wasm, Buffer.concat([shipped, Buffer.of(0, 2, 1, 0x78)]));
      const deploy = ["plugins", "deploy", "rcpt_ok", wasm, "--token-file", file];
      const dry = await ask(...deploy, "--dry-run");
      assert.equal(dry.code, 0, dry.stderr);
      assert.match(dry.stdout, /^rcpt_ok: would come into force; nothing was changed\n {2}version/);
      const done = await ask(...deploy);
      assert.match(done.stdout, /^rcpt_ok: generation \d+ is in force after \d+ ms: changed rcpt_ok\n/);
      const back = await ask("plugins", "rollback", "rcpt_ok");
      assert.match(back.stdout, /^rcpt_ok: generation \d+ is in force /);
      const off = await ask("plugins", "disable", "rcpt_ok");
      assert.match(off.stdout, /^rcpt_ok: generation \d+ is in force after \d+ ms: /);
      assert.match((await ask("plugins", "--json")).stdout, /"label":"rcpt_ok"[^}]*"enabled":false/);
      assert.equal((await ask("plugins", "enable", "rcpt_ok")).code, 0);
    });

    test("reload says what is in force, or every problem", async () => {
      const { daemon } = await server();
      const file = join(daemon.folder, "config", "qpsmtpd.toml");
      writeFileSync(file, `${toml}[limits]\nrecipients = 150\n`);
      const good = await ask("reload");
      assert.equal(good.code, 0, good.stderr);
      assert.match(good.stdout, /^generation \d+ is in force: configuration of limits\n$/);
      writeFileSync(file, `${toml}[limits]\nmesage_size = "1MB"\n[log]\nlevel = 2\n`);
      const bad = await ask("reload", "--json");
      writeFileSync(file, toml);
      assert.equal(bad.code, 1);
      assert.match(bad.stderr, /^reload: Everything is as it was/);
      assert.match(bad.stderr, /log\.level: .*\n.*limits\.mesage_size: /);
      assert.equal((JSON.parse(bad.stdout) as { status: number }).status, 422);
    });

    test("explain asks the API, and tells the same as the store", async () => {
      const { code, end } = await refusedSession();
      end();
      const told = await eventually(() => `explain ${code}`, async () => {
        const ran = await ask("explain", code);
        return ran.code === 0 ? ran.stdout : undefined;
      });
      assert.match(told, /Relaying denied/);
      isHarmless(told);
      const { daemon } = await server();
      const config = join(daemon.folder, "config", "qpsmtpd.toml");
      assert.equal((await bare("explain", code, "--config", config, "--state", daemon.state)).stdout, told);
      const unknown = await ask("explain", "1ke4z8q-7m2px40");
      assert.equal(unknown.code, 1);
      assert.match(unknown.stderr, /^explain: Nothing is known of 1ke4z8q-7m2px40\./);
    });

    test("tail tells what matches, with the codes, and ends on SIGINT with 0", async () => {
      const all = new Tail(runtime, ["--json", "--ip", "127.0.0.0/8", ...at(await server())]);
      const some = new Tail(runtime, ["--rcpt", "@d.test", "--refused", ...at(await server())]);
      const none = new Tail(runtime, ["--ip", "192.0.2.0/24", ...at(await server())]);
      // They say nothing when they listen.
      const port = Number((await server()).admin.split(":").at(-1));
      await eventually(() => "all three listen", () => clientsOf(port) === 3 || undefined);
      const { code, end } = await refusedSession();
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
      const tail = new Tail(runtime, at(await server()));
      await eventually(() => "somebody is told of", async () => {
        (await refusedSession()).end();
        return tail.heard === "" ? undefined : true;
      });
      tail.closePipe();
      await eventually(() => "it ends", async () => {
        (await refusedSession()).end();
        return tail.ended;
      });
      assert.deepEqual(await tail.exit, 0);
      assert.equal(tail.complained, "");
    });

    test("tail goes on where it was, and says so", async () => {
      const asked: (string | undefined)[] = [];
      const events = createServer((request, reply) => {
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

    test("top prints once where nobody looks", async () => {
      const { id, end } = await refusedSession();
      const ran = await ask("top");
      end();
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(ran.stdout, new RegExp(`^qpsmtpd \\S+ at mx\\.test, ${runtime.name} [^]*\nPLUGIN [^]*\nrcpt_ok `));
      assert.match(ran.stdout, new RegExp(`\n${id} `));
      isHarmless(ran.stdout);
    });

    test("top in a terminal of 80x24 is redrawn, fits another size, and q gives the terminal back", async () => {
      const steps = "await q quits\nawait rcpt_ok\nsize 12 40\nawait \u001b[J\nawait \u001b[J\nawait q quits\ntype q\n";
      const ran = await inTerminal(steps, ["top", ...at(await server())]);
      assert.equal(ran.code, 0, ran.stderr);
      const frames = ran.stdout.split("\u001b[H").slice(1);
      assert.ok(frames.length >= 4, `${frames.length} frames`);
      // Deno clears the line of its own progress before.
      assert.ok(ran.stdout.split("\u001b[H")[0]?.endsWith("\u001b[?1049h\u001b[?25l"));
      assert.ok(ran.stdout.endsWith("\u001b[?25h\u001b[?1049l"), JSON.stringify(ran.stdout.slice(-50)));
      assert.ok(frames[0]?.includes("\u001b[1mqpsmtpd"), "in colours");
      fits(frames[0] ?? "", 80, 24);
      fits(frames.at(-1) ?? "", 40, 12);
    });

    test("top in a terminal ends with Ctrl-C, too, and has no colours where none are wanted", async () => {
      const ran = await inTerminal("await q quits\ntype \u0003\n", ["top", ...at(await server())], "NO_COLOR=1");
      assert.equal(ran.code, 0, ran.stderr);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(ran.stdout, /\u001b\[\d+m/);
    });

    const inTerminal = (steps: string, args: readonly string[], variable = "TERM=xterm"): Promise<Ran> => {
      const script = "test/support/pseudo_terminal.py";
      const command = ["/usr/bin/env", variable, program, ...before, ...args];
      return run("python3", [script, "24", "80", ...command], { cwd: projectRoot, input: steps });
    };

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
      const ran = await Promise.all(rows.map(([args]) => bare(...args)));
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

  test(`terminal on ${runtime.name}: the same through a Unix socket`, async () => {
    const path = join(folder, `${runtime.name}.sock`);
    const { daemon, admin } = await start(runtime, `unix:${path}`);
    const [program, ...before] = runtime.command;
    const at = ["--admin", admin, "--state", daemon.state];
    const ran = await run(program, [...before, "plugins", ...at], { cwd: projectRoot });
    assert.match(ran.stdout, /\nrcpt_ok /);
    const tail = new Tail(runtime, at);
    await eventually(() => tail.complained, async () => {
      (await connectPeer(daemon.port)).destroy();
      return tail.heard.includes("connected") ? true : undefined;
    });
    assert.equal(await tail.interrupt(), 0);
    assert.equal(await daemon.stop(), 0);
  });
}

/** No control character but line ends. */
function isHarmless(text: string): void {
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
}

function fits(frame: string, columns: number, rows: number): void {
  // deno-lint-ignore no-control-regex
  const lines = frame.replace(/\u001b\[[?\d;]*[a-zA-Z]/g, "").split(/\r+\n/);
  assert.ok(lines.length <= rows, `${lines.length} lines`);
  for (const line of lines) assert.ok(line.length <= columns, line);
  assert.match(lines.at(-1) ?? "", /^q quits/);
}
