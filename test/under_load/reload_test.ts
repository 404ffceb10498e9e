// A reload under load: no session fails, no message is lost, each is decided by one generation, and memory stays.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { daemonPid, type DaemonProcess, mailIn, startDaemon } from "../support/daemon_process.ts";
import { startPaced } from "../support/paced_clients.ts";
import { runtimes } from "../support/runtimes.ts";
import { connectPeer, sendMessage, type SmtpPeer } from "../support/smtp_peer.ts";

/** Marks every message with the version at its greeting, at MAIL and at its end: one that was changed under it shows. */
const versioned = `
export default {
  configure(given) {
    const [version = ""] = given.lists.version;
    if (!/^[A-Z]$/.test(version)) given.problem("lists.version[0]", "is no version");
    return version;
  },
  connect(event, version) { return { verdict: "pass", notes: { session: { version } } }; },
  mail(event, version) { return { verdict: "pass", notes: { transaction: { version } } }; },
  data_post(event, version) {
    const value = event.notes.session.version + event.notes.transaction.version + version;
    return { verdict: "pass", edits: [{ edit: "addHeader", name: "X-Versions", value }] };
  },
};`;

const steady = `export default { rcpt() { return { verdict: "accept" }; } };`;

/** Megabytes of resident memory that 80 reloads may add. Deno's collector lets it rise further before it settles. */
const mostGrowth = { Node: 30, Deno: 60, Bun: 30 } as const;

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-reload-"));

function toml(extra: string): string {
  const grant = `grant = ["event", "verdict", "edit"]`;
  return `${extra}
[[plugin]]
name = "versioned"
file = "${folder}/versioned.wasm"
${grant}
[[plugin]]
name = "steady"
file = "${folder}/steady.wasm"
${grant}
`;
}

const reloads = 100;
/** Reloads after which the heap has grown to what it needs. */
const warm = 20;
/** Milliseconds. */
const between = 20;

before(async () => {
  await build("versioned", versioned, ["version"], ["event", "edit:header"]);
  await build("steady", steady, [], ["verdict"]);
  await stopBuilding();
});

after(() => rmSync(folder, { recursive: true, force: true }));

for (const runtime of runtimes) {
  describe(`reload on ${runtime.name}`, () => {
    let daemon: DaemonProcess;
    let reloader: Reloader;
    before(async () => {
      daemon = await startDaemon(runtime, { toml: toml(""), lists: { version: "A\n" } });
      reloader = new Reloader(daemon, await daemonPid(daemon));
    });
    after(async () => {
      assert.equal(await daemon.stop(), 0, daemon.output());
    });

    test("a session under way stays on its generation, the next one is on the new", async () => {
      const old = await greeted(daemon);
      assert.match(await reloader.reloadTo("B"), / changed=versioned kept=1 /);
      const young = await greeted(daemon);
      assert.equal(await versionsOf(daemon, old, "old"), "AAA");
      assert.equal(await versionsOf(daemon, young, "young"), "BBB");
      assert.equal(await versionsOf(daemon, old, "old.again"), "AAA");
      old.destroy();
      young.destroy();
    });

    test("a configuration that does not load changes nothing, and one line says why", async () => {
      replace(daemon, "version", "no version\n");
      assert.match(
        await reloader.signal(/ not reloaded .*\n/),
        / error not reloaded generation=2 why=".*config\/version:1: is no version \(for plugin\.1, versioned\)"/,
      );
      replace(daemon, "version", "B\n");
      replace(daemon, "qpsmtpd.toml", toml("limits.x = 1"));
      assert.match(await reloader.signal(/ not reloaded .*\n/), /why=".*qpsmtpd\.toml: limits\.x: unknown key/);
      replace(daemon, "qpsmtpd.toml", toml(""));
      const peer = await greeted(daemon);
      assert.equal(await versionsOf(daemon, peer, "unharmed"), "BBB");
      peer.destroy();
    });

    test(`${reloads} reloads under 200 messages a second: nothing fails, nothing is lost, memory stays`, async (t) => {
      const load = startPaced({
        port: daemon.port,
        clients: 8,
        messagesPerSecond: 200,
        messagesPerSession: 5,
        content: message,
      });
      const began = performance.now();
      let early = 0;
      for (let count = 0; count < reloads; count++) {
        // The second line makes each a plugin of its own: the last A may still be there for an older session.
        assert.match(await reloader.reloadTo(`${count % 2 === 0 ? "A" : "B"}\n${count}`), / changed=versioned kept=1 /);
        await pause(between);
        if (count + 1 === warm) early = await settledMegabytes(reloader.pid);
      }
      const high = residentMegabytes(reloader.pid);
      const late = await settledMegabytes(reloader.pid, early + mostGrowth[runtime.name]);
      const rate = load.acknowledged.size / (performance.now() - began) * 1000;
      await load.stop();
      t.diagnostic(
        `${runtime.name}: ${reloads} reloads, ${load.acknowledged.size} messages in ${load.sessions()} sessions, ` +
          `${
            rate.toFixed(0)
          }/s; resident ${early} MB after ${warm}, ${late} MB after ${reloads} (before settling ${high} MB)`,
      );
      const versions = stored(daemon).filter(([id]) => /^c\d/.test(id));
      assert.deepEqual(versions.map(([id]) => id).sort(), [...load.acknowledged].sort());
      const each = Map.groupBy(versions, ([, version]) => version);
      assert.deepEqual([...each.keys()].sort(), ["AAA", "BBB"]);
      assert.ok(late - early <= mostGrowth[runtime.name], `grew from ${early} to ${late} MB`);
      assert.doesNotMatch(daemon.output(), / error plugin failed/);
    });

    test("with reload.watch a changed file is taken over without a signal, once", async () => {
      replace(daemon, "qpsmtpd.toml", toml("reload.watch = true"));
      assert.match(await reloader.signal(/ reloaded .*\n/), / kept=2 tables=reload /);
      replace(daemon, "version", "W\n");
      assert.match(await reloader.expect(/ reloaded .*\n/), / changed=versioned kept=1 /);
      await pause(500);
      assert.equal(reloader.unseen(/ reloaded .*\n/), undefined);
      const peer = await greeted(daemon);
      assert.equal(await versionsOf(daemon, peer, "watched"), "WWW");
      peer.destroy();
    });
  });
}

/** Signals one daemon and reads in its log how the reload went. */
class Reloader {
  readonly pid: number;
  readonly #daemon: DaemonProcess;
  #read = 0;

  constructor(daemon: DaemonProcess, pid: number) {
    this.#daemon = daemon;
    this.pid = pid;
    this.#read = daemon.output().length;
  }

  async reloadTo(version: string): Promise<string> {
    replace(this.#daemon, "version", `${version}\n`);
    return await this.signal(/ (?:not )?reloaded .*\n/);
  }

  /** The line of the log that follows. */
  async signal(line: RegExp): Promise<string> {
    process.kill(this.pid, "SIGHUP");
    return await this.expect(line);
  }

  async expect(line: RegExp): Promise<string> {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const found = this.unseen(line);
      if (found !== undefined) return found;
      assert.ok(performance.now() < deadline, `no ${line} in the log:\n${this.#daemon.output().slice(-2000)}`);
      await pause(5);
    }
  }

  /** The first line not seen yet, if it is there. */
  unseen(line: RegExp): string | undefined {
    const text = this.#daemon.output().slice(this.#read);
    const found = line.exec(text);
    if (found === null) return undefined;
    const begin = text.lastIndexOf("\n", found.index) + 1;
    this.#read += found.index + found[0].length;
    return text.slice(begin, found.index + found[0].length);
  }
}

async function build(name: string, source: string, lists: readonly string[], needs: readonly string[]): Promise<void> {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, "plugin.ts"), source);
  const manifest = { name, version: "1.0.0", description: "For tests.", licence: "MIT", lists, needs };
  writeFileSync(join(folder, name, "plugin.json"), JSON.stringify(manifest));
  const built = await buildPlugin({ source: join(folder, name, "plugin.ts") });
  assert.ok(built.kind === "built", JSON.stringify(built));
  writeFileSync(join(folder, `${name}.wasm`), built.wasm);
}

/** As editors and deployment tools do: nobody ever sees half a file. */
function replace(daemon: DaemonProcess, name: string, text: string): void {
  const path = join(daemon.folder, "config", name);
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function message(id: string): string {
  return `From: <author@example.org>\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\nMessage-ID: <${id}@x>\r\n\r\ntext`;
}

/** Sends a message and gives the versions that marked it. */
async function versionsOf(daemon: DaemonProcess, peer: SmtpPeer, id: string): Promise<string | undefined> {
  const envelope = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };
  assert.match(await sendMessage(peer, envelope, message(id)), /^250 /);
  return stored(daemon).find(([stored]) => stored === id)?.[1];
}

function stored(daemon: DaemonProcess): [id: string, versions: string][] {
  return mailIn(join(daemon.state, "maildir")).map((octets) => {
    const text = Buffer.from(octets).toString("latin1");
    return [/^Message-ID: <(.*)@x>/m.exec(text)?.[1] ?? "", /^X-Versions: (\w+)/m.exec(text)?.[1] ?? ""];
  });
}

async function greeted(daemon: DaemonProcess): Promise<SmtpPeer> {
  const peer = await connectPeer(daemon.port);
  assert.match(await peer.reply(), /^220 /);
  assert.match(await peer.ask("EHLO client.example.org"), /^250-/);
  return peer;
}

/**
 * The collector lets garbage grow and frees it later at once: what counts is how far down that comes within 2 s, or 20 if
 * it is above `bound` until then. What leaks does not come down.
 */
async function settledMegabytes(pid: number, bound = Infinity): Promise<number> {
  let least = Infinity;
  for (let looks = 0; looks < 40 || looks < 400 && least > bound; looks++) {
    least = Math.min(least, residentMegabytes(pid));
    await pause(50);
  }
  return least;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
