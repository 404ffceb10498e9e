// Maildir delivery.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { type Backend, deliveryContract } from "../../test/contract/delivery_contract.ts";
import { smallDisk } from "../../test/support/small_disk.ts";
import { mailbox, type MessageParts, spooledMessage } from "../../test/support/spooled.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { openSpool } from "../spool/file_spool.ts";
import type { Delivery, OutgoingMessage } from "./delivery.ts";
import { type MaildirOptions, openMaildir } from "./maildir.ts";
import { uniqueName } from "./maildir_folder.ts";

const state = temporaryFolder();
let folders = 0;

function freshFolder(): string {
  return join(state, `maildir${++folders}`);
}

async function opened(options: MaildirOptions): Promise<Delivery> {
  const answer = await openMaildir(options);
  if (answer.kind !== "delivery") throw new Error(answer.message);
  return answer.delivery;
}

async function message(parts: Partial<MessageParts> = {}): Promise<OutgoingMessage> {
  const spool = await openSpool(state);
  if (spool.kind !== "spool") throw new Error(spool.message);
  return spooledMessage(spool.spool, { content: "Subject: x\r\n\r\nbody\r\n", ...parts });
}

function filesIn(maildir: string): readonly string[] {
  return readdirSync(join(maildir, "new")).map((name) => readFileSync(join(maildir, "new", name), "latin1"));
}

async function backend(path: string): Promise<Backend> {
  const folder = freshFolder();
  const delivery = await opened({ path: join(folder, path) });
  const maildir = path === "" ? folder : join(folder, "server.test", "b");
  return {
    delivery,
    received(): Promise<readonly Buffer[]> {
      const found = filesIn(maildir).map((text) =>
        Buffer.from(text.replace(/^Return-Path.*\r\nDelivered.*\r\n/, ""), "latin1")
      );
      assert.deepEqual(readdirSync(join(maildir, "tmp")), []);
      return Promise.resolve(found);
    },
    stop: () => delivery.close(),
  };
}

deliveryContract("maildir", () => backend(""));
deliveryContract("maildir by recipient", () => backend("%d/%l"));

test("return path and recipients stand on top, null and quoted ones too. RFC 5321 §4.4", async () => {
  const path = freshFolder();
  const forwardPaths = [mailbox("b@server.test"), { localPart: "o d'd\"", domain: "server.test" }];
  await (await opened({ path })).deliver(await message({ reversePath: null, forwardPaths }));
  const top = 'Return-Path: <>\r\nDelivered-To: b@server.test\r\nDelivered-To: "o d\'d\\""@server.test\r\n';
  assert.deepEqual(filesIn(path), [`${top}Subject: x\r\n\r\nbody\r\n`]);
});

test("each folder gets one copy with its own recipients only", async () => {
  const path = freshFolder();
  const forwardPaths = [mailbox("b@server.test"), mailbox("B@server.test"), mailbox("c@server.test")];
  await (await opened({ path: `${path}/%l` })).deliver(await message({ forwardPaths }));
  const recipients = ["b", "c"].map((name) =>
    filesIn(join(path, name)).map((text) => text.match(/^Delivered-To: .*/gm))
  );
  assert.deepEqual(recipients, [[["Delivered-To: b@server.test", "Delivered-To: B@server.test"]], [
    ["Delivered-To: c@server.test"],
  ]]);
});

test("one folder that cannot be written keeps the message out of all", async () => {
  const path = freshFolder();
  mkdirSync(path);
  writeFileSync(join(path, "c"), "not a folder");
  const delivery = await opened({ path: `${path}/%l` });
  const forwardPaths = [mailbox("b@server.test"), mailbox("c@server.test")];
  assert.equal((await delivery.deliver(await message({ forwardPaths }))).kind, "failed");
  assert.deepEqual(filesIn(join(path, "b")), []);
});

test("line ends become LF when asked, on top as well as below", async () => {
  const path = freshFolder();
  await (await opened({ path, lineEndings: "lf" })).deliver(await message());
  assert.ok(filesIn(path)[0]?.endsWith("Delivered-To: b@server.test\nSubject: x\n\nbody\n"));
});

test("a CR or LF that is no line end arrives as a space: no reader sees a field that no plugin saw", async () => {
  const path = freshFolder();
  const content = "Subject: x\nBcc: y\rz\r\r\n\r\nbo\ndy\r\n";
  for (const lineEndings of ["crlf", "lf"] as const) {
    await (await opened({ path: join(path, lineEndings), lineEndings })).deliver(await message({ content }));
  }
  assert.match(filesIn(join(path, "crlf"))[0] ?? "", /\r\nSubject: x Bcc: y z \r\n\r\nbo dy\r\n$/);
  assert.match(filesIn(join(path, "lf"))[0] ?? "", /\nSubject: x Bcc: y z \n\nbo dy\n$/);
});

test("binary content stays octet for octet behind its header section, whatever line ends are asked for", async () => {
  const path = freshFolder();
  const parameters = { BODY: "BINARYMIME" };
  const content = "Subject: x\ny\r\n\r\n\r\n\n\r\0\xff\r\n";
  await (await opened({ path, lineEndings: "lf" })).deliver(await message({ content, parameters }));
  assert.ok(filesIn(path)[0]?.endsWith("\r\nSubject: x y\r\n\r\n\r\n\n\r\0\xff\r\n"));
});

test("a client that hears of each recipient is told of each folder. RFC 2033 §4.2", async () => {
  const path = freshFolder();
  mkdirSync(path);
  writeFileSync(join(path, "c"), "not a folder");
  const delivery = await opened({ path: `${path}/%l` });
  const forwardPaths = ["b", "c", "B", "d"].map((name) => mailbox(`${name}@server.test`));
  const answer = await delivery.deliver(await message({ forwardPaths, perRecipient: true }));
  assert.ok(answer.kind === "each");
  assert.deepEqual(answer.results.map(({ kind }) => kind), ["taken", "failed", "taken", "taken"]);
  assert.deepEqual([filesIn(join(path, "b")).length, filesIn(join(path, "d")).length], [1, 1]);
});

test("folders and files are for their owner alone", async () => {
  const path = freshFolder();
  await (await opened({ path })).deliver(await message());
  const modes = ["", "tmp", "new", "cur", join("new", readdirSync(join(path, "new"))[0] ?? "")]
    .map((name) => statSync(join(path, name)).mode & 0o777);
  assert.deepEqual(modes, [0o700, 0o700, 0o700, 0o700, 0o600]);
});

test("a name is never given twice, and is one a Maildir can hold", () => {
  const names = Array.from({ length: 100 }, () => uniqueName(1_700_000_000_123.456, "a/b:c"));
  assert.equal(new Set(names).size, 100);
  assert.match(names[0] ?? "", new RegExp(`^1700000000\\.M123456P${process.pid}Q\\d+\\.a\\\\057b\\\\072c$`));
});

test("abandoned files are removed at the start, younger ones stay, and other folders are not touched", async () => {
  const path = freshFolder();
  await opened({ path });
  const old = new Date(Date.now() - 37 * 60 * 60 * 1000);
  for (const name of ["tmp/old", "tmp/young", "new/old", "cur/old"]) {
    writeFileSync(join(path, name), "");
    if (name.endsWith("old")) utimesSync(join(path, name), old, old);
  }
  await opened({ path });
  assert.deepEqual(["tmp", "new", "cur"].map((name) => readdirSync(join(path, name))), [["young"], ["old"], ["old"]]);
});

test("a Maildir removed under a running server costs one message a retry", async () => {
  const path = freshFolder();
  const delivery = await opened({ path });
  rmSync(path, { recursive: true });
  assert.equal((await delivery.deliver(await message())).kind, "failed");
  assert.equal((await delivery.deliver(await message())).kind, "taken");
  assert.equal(filesIn(path).length, 1);
});

test("a message for nobody is not taken, and a path that would be two fields is not written", async () => {
  const path = freshFolder();
  const delivery = await opened({ path });
  assert.equal((await delivery.deliver(await message({ forwardPaths: [] }))).kind, "failed");
  const reversePath = { localPart: "a\r\nX: y", domain: "b.test" };
  assert.equal((await delivery.deliver(await message({ reversePath }))).kind, "failed");
  assert.deepEqual(filesIn(path), []);
});

test("a path that cannot be used is one sentence that names it", async () => {
  writeFileSync(join(state, "file"), "");
  for (const path of [join(state, "file"), join(state, "file/%l"), join(state, "%x")]) {
    const answer = await openMaildir({ path });
    assert.ok(answer.kind === "failed" && answer.message.includes(path), path);
  }
});

const disk = smallDisk(131_072);
if (disk !== undefined) {
  test("a full disk is `full`, leaves nothing behind, and small messages still fit", async () => {
    const path = join(disk, "maildir");
    const delivery = await opened({ path });
    const big = await message({ content: `A: b\r\n\r\n${"x".repeat(200_000)}\r\n` });
    assert.deepEqual(await delivery.deliver(big), { kind: "full" });
    assert.deepEqual([...readdirSync(join(path, "tmp")), ...readdirSync(join(path, "new"))], []);
    assert.equal((await delivery.deliver(await message())).kind, "taken");
  });
}
