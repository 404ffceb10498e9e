// From a URL to the lines that plugins are given: copies, their age, and what is missing.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ListsChoice } from "../config/lists_schema.ts";
import { ListServer } from "../../test/support/list_server.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { RemoteLists } from "./remote_lists.ts";

interface Bench {
  readonly server: ListServer;
  readonly of: { readonly file: string; readonly state: string; readonly lists: ListsChoice };
}

async function bench(use: (bench: Bench) => Promise<void>): Promise<void> {
  const server = await new ListServer("bad@a.test\n").start();
  const lists = { urls: { badmailfrom: server.url }, refresh: 60_000, timeout: 5000, size: 1000 };
  try {
    await use({ server, of: { file: "qpsmtpd.toml", state: temporaryFolder(), lists } });
  } finally {
    await server.stop();
  }
}

const good = { problems: [], warnings: [] };
const name = "badmailfrom";

test("lines with their places, and a copy that nobody else reads", async () => {
  await bench(async ({ server, of }) => {
    const lists = new RemoteLists({ mayAsk: true });
    assert.equal(lists.listOf(of, "other"), undefined);
    assert.equal(lists.listOf(of, "constructor"), undefined);
    assert.deepEqual(await lists.bring(of), good);
    const places = [`${server.url}:1`];
    assert.deepEqual(lists.listOf(of, name), { lines: ["bad@a.test"], places, problems: [] });
    const file = join(of.state, "lists", name);
    assert.match(readFileSync(file, "utf8"), /^# \{"url":.*\}\nbad@a\.test\n$/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(join(of.state, "lists")), [name]);
  });
});

test("every generation asks, by the version that is known, even after a restart", async () => {
  await bench(async ({ server, of }) => {
    const lists = new RemoteLists({ mayAsk: true });
    await lists.bring(of);
    await lists.bring(of);
    await new RemoteLists({ mayAsk: true }).bring(of);
    assert.equal(server.asked.length, 3);
    assert.ok(server.asked.slice(1).every((asked) => asked.startsWith("/list if ")), server.asked.join());
    server.text = "worse@a.test\n";
    await lists.bring(of);
    assert.deepEqual(lists.listOf(of, name)?.lines, ["worse@a.test"]);
  });
});

test("without an answer the copy stands in, with a warning of its age; without a copy it is a problem", async () => {
  await bench(async ({ server, of }) => {
    server.answer = (_, answer) => answer.writeHead(503).end();
    const before = await new RemoteLists({ mayAsk: true }).bring(of);
    assert.deepEqual(before.problems, [`qpsmtpd.toml: lists.urls.badmailfrom: ${server.url} was answered with 503`]);
    server.answer = undefined;
    await new RemoteLists({ mayAsk: true }).bring(of);
    server.answer = (_, answer) => answer.writeHead(503).end();
    const later = new RemoteLists({ mayAsk: true, now: () => Date.now() + 5 * 3_600_000 });
    const { problems, warnings } = await later.bring(of);
    assert.deepEqual(problems, []);
    assert.match(warnings.join(), /was answered with 503; the copy is used, which is 5 h old$/);
    assert.deepEqual(later.listOf(of, name)?.lines, ["bad@a.test"]);
  });
});

test("a refresh tells what has changed, once, and asks only for what is due", async () => {
  await bench(async ({ server, of }) => {
    let now = Date.now();
    const lists = new RemoteLists({ mayAsk: true, now: () => now });
    await lists.bring(of);
    server.text = "worse@a.test\n";
    assert.deepEqual(await lists.refresh(of), { changed: [], warnings: [] });
    assert.equal(server.asked.length, 1);
    now += 61_000;
    assert.deepEqual(await lists.refresh(of), { changed: [name], warnings: [] });
    // The reload that follows.
    assert.deepEqual(await lists.bring(of), good);
    assert.equal(server.asked.length, 2);
    assert.deepEqual(lists.listOf(of, name)?.lines, ["worse@a.test"]);
    assert.deepEqual(await lists.refresh(of), { changed: [], warnings: [] });
    now += 61_000;
    assert.deepEqual(await lists.refresh(of), { changed: [], warnings: [] });
    assert.equal(server.asked.length, 3);
  });
});

test("what another process has fetched is taken over without asking", async () => {
  await bench(async ({ server, of }) => {
    let now = Date.now();
    const [one, other] = [1, 2].map(() => new RemoteLists({ mayAsk: true, now: () => now }));
    assert.ok(one !== undefined && other !== undefined);
    await one.bring(of);
    await other.bring(of);
    server.text = "worse@a.test\n";
    now += 61_000;
    assert.deepEqual((await one.refresh(of)).changed, [name]);
    assert.equal(server.asked.length, 3);
    assert.deepEqual((await other.refresh(of)).changed, [name]);
    assert.equal(server.asked.length, 3);
  });
});

test("a refresh that brings nothing usable keeps what was, and says so", async () => {
  await bench(async ({ server, of }) => {
    let now = Date.now();
    const lists = new RemoteLists({ mayAsk: true, now: () => now });
    await lists.bring(of);
    now += 61_000;
    server.text = "x\n".repeat(600);
    const { changed, warnings } = await lists.refresh(of);
    assert.deepEqual(changed, []);
    assert.match(warnings.join(), /^badmailfrom: .*more than 1000 octets.*the copy is used, which is 1 min old$/);
    assert.deepEqual(lists.listOf(of, name)?.lines, ["bad@a.test"]);
  });
});

test("$include of a fetched list reads no file here", async () => {
  await bench(async ({ server, of }) => {
    server.text = "a@a.test\n$include /etc/passwd\n";
    const lists = new RemoteLists({ mayAsk: true });
    await lists.bring(of);
    const list = lists.listOf(of, name);
    assert.deepEqual(list?.lines, ["a@a.test"]);
    assert.match(list.problems.join(), /:2: \$include counts in files of this machine alone/);
  });
});

test("a copy of another URL, or a damaged one, is none", async () => {
  await bench(async ({ server, of }) => {
    await new RemoteLists({ mayAsk: true }).bring(of);
    server.answer = (_, answer) => answer.writeHead(503).end();
    const moved = { ...of, lists: { ...of.lists, urls: { [name]: `${server.url}2` } } };
    assert.equal((await new RemoteLists({ mayAsk: true }).bring(moved)).problems.length, 1);
    writeFileSync(join(of.state, "lists", name), "bad@b.test\n");
    assert.equal((await new RemoteLists({ mayAsk: true }).bring(of)).problems.length, 1);
  });
});

test("who may not ask takes the copy, and otherwise warns", async () => {
  await bench(async ({ server, of }) => {
    const silent = new RemoteLists({ mayAsk: false });
    assert.match((await silent.bring(of)).warnings.join(), /has not been fetched yet/);
    assert.deepEqual(silent.listOf(of, name)?.lines, []);
    await new RemoteLists({ mayAsk: true }).bring(of);
    assert.deepEqual(await silent.bring(of), good);
    assert.deepEqual(silent.listOf(of, name)?.lines, ["bad@a.test"]);
    assert.deepEqual(new RemoteLists({ mayAsk: false }).listOf(of, name)?.lines, ["bad@a.test"]);
    assert.equal(server.asked.length, 1);
  });
});

test("a copy that cannot be kept is a warning", async () => {
  await bench(async ({ of }) => {
    // A file in the place of the folder stops root, too.
    writeFileSync(join(of.state, "lists"), "");
    const lists = new RemoteLists({ mayAsk: true });
    const { problems, warnings } = await lists.bring(of);
    assert.deepEqual(problems, []);
    assert.match(warnings.join(), /no copy of it can be kept/);
    assert.deepEqual(lists.listOf(of, name)?.lines, ["bad@a.test"]);
  });
});

test("authorities that cannot be read are a problem", async () => {
  await bench(async ({ of }) => {
    mkdirSync(join(of.state, "ca"));
    const broken = { ...of, lists: { ...of.lists, ca: join(of.state, "ca") } };
    const { problems } = await new RemoteLists({ mayAsk: true }).bring(broken);
    assert.match(problems.join(), /^qpsmtpd\.toml: lists\.ca: .* cannot be read: EISDIR$/);
  });
});
