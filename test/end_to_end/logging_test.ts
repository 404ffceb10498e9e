// The log of the real daemon, two workers and more: put aside under load, moved away, sent to a receiver that comes and goes.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/loopback_port.ts";
import { type Paced, startPaced } from "../support/paced_clients.ts";
import { type ProcessFolder, processFolder } from "../support/process_folder.ts";
import type { Runtime } from "../support/runtimes.ts";
import { connectPeer, sendMessage, type SmtpPeer } from "../support/smtp_peer.ts";
import { type StartedProcess, startProcess } from "../support/started_process.ts";
import { parseSyslog } from "../support/syslog_parser.ts";
import { streamReceiver } from "../support/syslog_receiver.ts";

interface Running extends ProcessFolder {
  readonly daemon: StartedProcess;
  readonly port: number;
}

const envelope = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };

async function start({ command }: Runtime, sections: string): Promise<Running> {
  const folder = processFolder(sections);
  const { config, state } = folder;
  const daemon = startProcess([...command, "--config", config, "--listen", "127.0.0.1:0", "--state", state]);
  const [, port = ""] = await daemon.until(/listens +127\.0\.0\.1:(\d+)[^]* try .*\n/);
  return { ...folder, daemon, port: Number(port) };
}

async function stop({ daemon }: Running): Promise<void> {
  daemon.signal("SIGTERM");
  assert.equal(await daemon.exited(), 0, daemon.output());
}

function load(port: number, messagesPerSecond: number): Paced {
  const content = (id: string): string => `Message-ID: <${id}>\r\n\r\n${id}`;
  return startPaced({ port, clients: 6, messagesPerSecond, messagesPerSession: 3, content });
}

async function greeted(port: number): Promise<SmtpPeer> {
  const peer = await connectPeer(port);
  await peer.reply();
  await peer.ask("EHLO client.example.org");
  return peer;
}

function linesOf(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n"));
}

interface Line {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly session?: string;
  readonly transaction?: string;
}

/** The last line may be half written when a file is read. */
function parsed(lines: readonly string[]): readonly Line[] {
  return lines.filter((line, at) => at < lines.length - 1 || line.endsWith("}")).map((line) =>
    JSON.parse(line) as Line
  );
}

const twoWorkers = '[process]\nworkers = 2\n[log]\nformat = "json"\n';

for (const runtime of directRuntimes) {
  describe(`logging on ${runtime.name}`, () => {
    test("a file that two workers write, put aside under load: no line lost, torn or twice", async () => {
      const size = 'size = "30KB"\nage = "0s"\nkeep = 1000\n';
      const running = await start(runtime, `${twoWorkers}[[log.target]]\nkind = "file"\n${size}`);
      const paced = load(running.port, 150);
      const folder = join(running.state, "log");
      await eventually(() => "put aside three times", () => {
        return paced.acknowledged.size > 100 && readdirSync(folder).length > 3 || undefined;
      });
      await paced.stop();
      await stop(running);
      const lines = linesOf(folder);
      const entries = parsed(lines);
      assert.equal(new Set(lines).size, lines.length);
      const accepted = entries.filter(({ message }) => message === "message accepted").map(({ transaction }) =>
        transaction
      );
      assert.ok(paced.acknowledged.size > 100);
      assert.equal(accepted.length, paced.acknowledged.size);
      assert.equal(new Set(accepted).size, accepted.length);
      const ends = (wanted: string): number => entries.filter(({ message }) => message === wanted).length;
      assert.equal(ends("connected"), ends("disconnected"));
      assert.equal(statSync(join(folder, "qpsmtpd.log")).mode & 0o137, 0);
      rmSync(running.folder, { recursive: true, force: true });
    });

    test("moved away, then SIGHUP: every process goes on in a new one", async () => {
      const running = await start(runtime, `${twoWorkers}[[log.target]]\nkind = "file"\npath = "mail.log"\n`);
      const path = join(running.state, "mail.log");
      const paced = load(running.port, 100);
      const more = async (messages: number): Promise<void> => {
        const enough = paced.acknowledged.size + messages;
        await eventually(() => "nobody sends", () => paced.acknowledged.size >= enough || undefined);
      };
      await more(50);
      renameSync(path, `${path}.1`);
      running.daemon.signal("SIGHUP");
      await eventually(() => "no new file", () => existsSync(path) ? true : undefined);
      await eventually(() => "the old one grows on", async () => {
        const size = statSync(`${path}.1`).size;
        await more(100);
        return statSync(`${path}.1`).size === size || undefined;
      });
      await paced.stop();
      await stop(running);
      const entries = parsed([path, `${path}.1`].flatMap((each) => readFileSync(each, "utf8").trimEnd().split("\n")));
      const accepted = entries.filter(({ message }) => message === "message accepted").length;
      assert.equal(accepted, paced.acknowledged.size);
      rmSync(running.folder, { recursive: true, force: true });
    });

    test("syslog by TCP, the receiver restarted meanwhile: what was said while it was gone arrives", async () => {
      // Of those that nobody is given meanwhile.
      const first = await streamReceiver("tcp", await freePort());
      const address = `address = "tcp:127.0.0.1:${first.port}"`;
      const running = await start(runtime, `[[log.target]]\nkind = "syslog"\nformat = "structured"\n${address}\n`);
      const sayHello = async (): Promise<void> => {
        const peer = await greeted(running.port);
        await sendMessage(peer, envelope, "Subject: x\r\n\r\nx");
        await peer.ask("QUIT");
        peer.destroy();
      };
      await sayHello();
      const said = (messages: readonly string[]): number =>
        messages.map(parseSyslog).filter(({ text }) => text === "message accepted").length;
      await eventually(() => first.messages.join("\n"), () => said(first.messages) === 1 ? true : undefined);
      await first.stop();
      await running.daemon.until(/log to tcp:127\.0\.0\.1:\d+: lines wait and then are dropped/);
      for (let count = 0; count < 5; count++) await sayHello();
      const second = await streamReceiver("tcp", first.port);
      await eventually(() => second.messages.join("\n"), () => said(second.messages) === 5 ? true : undefined);
      await stop(running);
      const [line] = second.messages.map(parseSyslog).filter(({ text }) => text === "message accepted");
      assert.equal(line?.hostname, "mx.example.org");
      assert.equal(line?.parameters["code"], "250");
      await eventually(() => "the last lines are missing", () => {
        return second.messages.some((message) => parseSyslog(message).text === "stopping") || undefined;
      });
      await second.stop();
      rmSync(running.folder, { recursive: true, force: true });
    });

    test("adaptive: of refused mail every detail, of accepted mail the outcome; a reload changes it", async () => {
      const sections = '[log]\nlevel = "info"\nadaptive = { refused = "debug" }\nformat = "json"\n';
      const running = await start(runtime, `${sections}[[log.target]]\nkind = "file"\npath = "a.log"\n`);
      const path = join(running.state, "a.log");
      const ask = async (recipient: string): Promise<readonly Line[]> => {
        const logged = (): readonly Line[] =>
          existsSync(path) ? parsed(readFileSync(path, "utf8").trim().split("\n")) : [];
        const ends = (): readonly Line[] => logged().filter(({ message }) => message === "disconnected");
        const before = ends().length;
        const peer = await greeted(running.port);
        await sendMessage(peer, { ...envelope, forwardPaths: [recipient] }, "Subject: x\r\n\r\nx");
        await peer.ask("QUIT");
        peer.destroy();
        const last = await eventually(() => "no end", () => ends()[before]);
        return logged().filter(({ session }) => session === last.session);
      };
      const good = await ask("reader@localhost");
      assert.deepEqual(good.filter(({ level }) => level === "debug"), []);
      assert.ok(good.some(({ message }) => message === "message accepted"));
      const bad = await ask("nobody@elsewhere.example");
      assert.ok(bad.some(({ level, message }) => level === "debug" && message === "refused"), JSON.stringify(bad));
      const text = readFileSync(running.config, "utf8").replace('refused = "debug"', 'refused = "info"');
      writeFileSync(running.config, text.replace("a.log", "b.log"));
      running.daemon.signal("SIGHUP");
      await eventually(() => "no reload", () => existsSync(join(running.state, "b.log")) ? true : undefined);
      await stop(running);
      rmSync(running.folder, { recursive: true, force: true });
    });

    test("a log file that cannot be written: the start says so", async () => {
      const folder = processFolder(`[[log.target]]\nkind = "file"\npath = "/proc/nowhere/log"\n`);
      const { command } = runtime;
      const daemon = startProcess([
        ...command,
        "--config",
        folder.config,
        "--listen",
        "127.0.0.1:0",
        "--state",
        folder.state,
      ]);
      assert.equal(await daemon.exited(), 1);
      assert.match(daemon.output(), /qpsmtpd\.toml: log\.target\.1\.path: .*\/proc\/nowhere/);
      rmSync(folder.folder, { recursive: true, force: true });
    });
  });
}
