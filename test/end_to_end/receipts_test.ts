// From the code at the end of a refusal, or in a Received field, to every decision: while the server runs, and after it.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { mailIn } from "../support/daemon_process.ts";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { eventually } from "../support/eventually.ts";
import { type ProcessFolder, processFolder } from "../support/process_folder.ts";
import { type Ran, run } from "../support/programs.ts";
import { projectRoot, type Runtime } from "../support/runtimes.ts";
import { connectPeer, sendMessage, type SmtpPeer } from "../support/smtp_peer.ts";
import { startProcess } from "../support/started_process.ts";
import { receiptOf, withoutReceipt } from "../support/without_receipt.ts";

const plain = "[process]\nworkers = 2\n[limits]\nconnections_per_address = 200\n";

type Explain = (...args: readonly string[]) => Promise<Ran>;

interface Running {
  readonly port: number;
  readonly folder: ProcessFolder;
  readonly explain: Explain;
  stop(): Promise<void>;
}

async function start({ command }: Runtime, toml: string): Promise<Running> {
  const folder = processFolder(toml);
  const { config, state } = folder;
  const daemon = startProcess([...command, "--config", config, "--listen", "127.0.0.1:0", "--state", state]);
  const [, port = ""] = await daemon.until(/listens +127\.0\.0\.1:(\d+)/);
  await daemon.until(/all workers listen/);
  const [program, ...before] = command;
  const explain: Explain = (...args) => {
    return run(program, [...before, "explain", "--config", config, "--state", state, ...args], { cwd: projectRoot });
  };
  const stop = async (): Promise<void> => {
    daemon.signal("SIGTERM");
    assert.equal(await daemon.exited(), 0, daemon.output());
  };
  return { port: Number(port), folder, explain, stop };
}

async function greeted(port: number): Promise<SmtpPeer> {
  const peer = await connectPeer(port);
  assert.match(await peer.reply(), /^220 /);
  assert.match(await peer.ask("EHLO client.example.org"), /^250-/);
  return peer;
}

/** The code of a recipient who was refused, in a transaction that is over. */
async function refusedAt(port: number): Promise<string> {
  const peer = await greeted(port);
  await peer.ask("MAIL FROM:<author@example.org>");
  const reply = await peer.ask("RCPT TO:<reader@far.example>");
  assert.match(withoutReceipt(reply), /^550 5\.7\.1 /);
  await peer.ask("QUIT");
  peer.destroy();
  return receiptOf(reply);
}

/** The id in the Received field of a message that was taken. */
async function acceptedAt({ port, folder }: Running): Promise<string> {
  const peer = await greeted(port);
  const envelope = { reversePath: "author@example.org", forwardPaths: ["reader@localhost"] };
  assert.match(await sendMessage(peer, envelope, "Subject: x\r\n\r\nx"), /^250 /);
  await peer.ask("QUIT");
  peer.destroy();
  const [octets] = mailIn(join(folder.state, "maildir"));
  const [, id] = /^Received:[^;]* id ([^\s;]+)/m.exec(new TextDecoder().decode(octets)) ?? [];
  return id ?? assert.fail("there is no id in Received");
}

async function explained(explain: Explain, code: string): Promise<string> {
  let last = "";
  return await eventually(() => last, async () => {
    const ran = await explain(code);
    last = ran.stdout + ran.stderr;
    return ran.code === 0 ? ran.stdout : undefined;
  });
}

for (const runtime of directRuntimes) {
  describe(`receipts on ${runtime.name}`, () => {
    test("a refusal and an acceptance are explained by their codes, by both workers, with the server and without", async () => {
      const running = await start(runtime, plain);
      const { explain } = running;
      const codes: string[] = [];
      // The system chooses the worker: it may be the same a dozen times.
      const marks = await eventually(() => "both workers have served", async () => {
        codes.push(...await Promise.all(Array.from({ length: 12 }, () => refusedAt(running.port))));
        const served = new Set(codes.map((code) => code.slice(8, 14)));
        return served.size === 2 ? served : undefined;
      });
      assert.equal(new Set(codes).size, codes.length);
      for (const mark of marks) {
        const code = codes.find((each) => each.slice(8, 14) === mark) ?? "";
        const text = await explained(explain, `(${code.toUpperCase()})`);
        assert.match(text, /client +127\.0\.0\.1\n.*hello +client\.example\.org\n/s);
        assert.match(text, /rcpt <reader@far\.example> +rcpt_ok +\S.* \d+ +\d+/);
        assert.match(text, /reply 550 5\.7\.1 .* because: \S/);
      }
      const id = await acceptedAt(running);
      const text = await explained(explain, id);
      assert.match(text, /from +<author@example\.org>\nto +<reader@localhost>\n/);
      assert.match(text, /rcpt_ok +accept /);
      assert.match(text, /message accepted, 17 octets, answered 250/);
      await running.stop();
      const json = await explain("--json", codes[0] ?? "");
      assert.equal(JSON.parse(json.stdout).id, codes[0]);
      const session = await explain("--json", codes[0]?.replace(/\..*/, "") ?? "");
      assert.equal(JSON.parse(session.stdout.split("\n")[0] ?? "").id, codes[0]);
      rmSync(running.folder.folder, { recursive: true, force: true });
    });

    test("an unknown code, and what is no code: one clear word and exit code 1", async () => {
      const { folder, config, state } = processFolder("");
      const [program, ...before] = runtime.command;
      const explain = (code: string): Promise<Ran> => {
        return run(program, [...before, "explain", code, "--config", config, "--state", state], { cwd: projectRoot });
      };
      const unknown = await explain("1ke4z8q-7m2px40.1");
      assert.equal(unknown.code, 1);
      assert.match(unknown.stderr, /^nothing is known of 1ke4z8q-7m2px40\.1\nLikely reasons:\n.*too old/);
      const none = await explain("550");
      assert.equal(none.code, 1);
      assert.match(none.stderr, /^"550" is no code/);
      rmSync(folder, { recursive: true, force: true });
    });

    test("codes can be left out of the replies, and the store switched off", async () => {
      const running = await start(runtime, `${plain}[receipts]\nin_replies = false\nkeep = "off"\n`);
      const peer = await greeted(running.port);
      assert.equal(await peer.ask("RCPT TO:<a@localhost>"), "503 5.5.1 Send MAIL first");
      peer.destroy();
      const ran = await running.explain(await acceptedAt(running));
      assert.match(ran.stderr, /^nothing is known of /);
      await running.stop();
      rmSync(running.folder.folder, { recursive: true, force: true });
    });
  });
}
