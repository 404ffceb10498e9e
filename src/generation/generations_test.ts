import { Decoy } from "../sasl/decoy.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadText } from "../../test/support/load_text.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { type Built, Generations } from "./generations.ts";
import { chainsOf } from "../hooks/chains.ts";
import type { Generation } from "./generation.ts";
import { type Common, type OpenGeneration, openGeneration } from "./open.ts";
import { emptyHost } from "./open_host.ts";
import { PluginFiles } from "./plugin_files.ts";
import { SharedParts } from "./shared_parts.ts";
import { openSpool } from "../spool/file_spool.ts";

interface Bench {
  readonly generations: Generations;
  /** Names of generations that were closed, in order. */
  readonly closed: string[];
  readonly logged: readonly string[];
  /** Names of builds begun, in order. */
  readonly begun: readonly string[];
  readonly common: Common;
  /** The builds to come: each begins when the one before it has ended. */
  next(name: string, build?: () => Promise<Built>): void;
}

/** Generations named by their hostname, without plugins. The first is `one.test`. */
async function bench(): Promise<Bench> {
  const [closed, logged, begun]: [string[], string[], string[]] = [[], [], []];
  let building = false;
  const builds: { name: string; build: () => Promise<Built> }[] = [];
  const spool = await openSpool(temporaryFolder());
  assert.ok(spool.kind === "spool");
  const common: Common = {
    log: (level, message, fields) => void logged.push(`${level} ${message} ${JSON.stringify(fields)}`),
    host: emptyHost(),
    plugins: new SharedParts(),
    files: new PluginFiles(),
    spool: spool.spool,
    decoy: new Decoy(new Uint8Array(32)),
    journal: { put: () => {} },
    deliveries: new SharedParts<Delivery>(),
  };
  const open = async (name: string): Promise<OpenGeneration> => {
    const opened = await openGeneration(named(name, closed), common);
    assert.ok(opened.kind === "opened");
    return opened.open;
  };
  const generations = new Generations({
    first: await open("one.test"),
    build: async () => {
      const next = builds.shift();
      assert.ok(next !== undefined, "no build was expected");
      assert.equal(building, false, "two builds at a time");
      building = true;
      begun.push(next.name);
      return await next.build().finally(() => building = false);
    },
    log: common.log,
  });
  const next = (name: string, build?: () => Promise<Built>): void => {
    const standard = async (): Promise<Built> => ({ kind: "built", generation: await open(name) });
    builds.push({ name, build: build ?? standard });
  };
  return { generations, closed, logged, begun, common, next };
}

const { loaded } = await loadText(
  `listener = [{ address = "127.0.0.1:25", tls = "off" }]\ndelivery.backend = "discard"`,
);

const recipients = { files: 0, rules: new Map() };

function named(hostname: string, closed: string[]): Generation {
  assert.ok(loaded.kind === "config");
  const close = (): Promise<void> => {
    closed.push(hostname);
    return Promise.resolve();
  };
  return { config: { ...loaded.config, hostname }, plugins: [], chains: chainsOf([]), recipients, warnings: [], close };
}

function nameOf({ config }: OpenGeneration): string {
  return config.hostname;
}

test("a session keeps the generation it leased, the next one gets the new, the last one out closes the old", async () => {
  const { generations, closed, next } = await bench();
  const [first, second] = [generations.lease(), generations.lease()];
  next("two.test");
  assert.partialDeepStrictEqual(await generations.reload(), { kind: "reloaded", number: 2 });
  const third = generations.lease();
  assert.deepEqual([first, second, third].map(({ number }) => number), [1, 1, 2]);
  assert.deepEqual([first, third].map(({ generation }) => generation.config.hostname), ["one.test", "two.test"]);
  assert.equal(generations.standing, 2);
  first.release();
  first.release();
  third.release();
  assert.deepEqual(closed, []);
  second.release();
  assert.deepEqual(closed, ["one.test"]);
  assert.equal(generations.standing, 1);
  await generations.close();
  assert.deepEqual(closed, ["one.test", "two.test"]);
});

test("a generation without sessions closes at the swap", async () => {
  const { generations, closed, logged, next } = await bench();
  next("two.test");
  const reload = await generations.reload();
  assert.ok(reload.kind === "reloaded");
  assert.deepEqual(reload.changes, {
    added: [],
    changed: [],
    removed: [],
    kept: [],
    rejudged: [],
    tables: ["hostname"],
  });
  assert.deepEqual(closed, ["one.test"]);
  assert.match(
    logged.join("\n"),
    /^info reloaded \{"generation":2,"kept":0,"tables":"hostname","milliseconds":\d+\}$/m,
  );
  await generations.close();
});

test("what does not build changes nothing, and every problem is returned and a line of the log", async () => {
  const { generations, closed, logged, next } = await bench();
  next("bad", () => Promise.resolve({ kind: "problems", problems: ["a: wrong", "b: wrong too"] }));
  next("bug", () => Promise.reject(new Error("boom")));
  const lease = generations.lease();
  assert.deepEqual(await generations.reload(), { kind: "kept", number: 1, problems: ["a: wrong", "b: wrong too"] });
  const bug = await generations.reload();
  assert.ok(bug.kind === "kept");
  assert.match(bug.problems.join(), /^a bug, please report it: .*boom/);
  assert.deepEqual(logged.slice(0, 2), [
    `error not reloaded {"generation":1,"why":"a: wrong"}`,
    `error not reloaded {"generation":1,"why":"b: wrong too"}`,
  ]);
  lease.release();
  assert.equal(nameOf(generations.lease().generation), "one.test");
  assert.deepEqual(closed, []);
});

test("reloads run one at a time; those who ask meanwhile share one more", async () => {
  const { generations, begun, next } = await bench();
  const gate = Promise.withResolvers<void>();
  next("slow", async () => {
    await gate.promise;
    return { kind: "problems", problems: ["slow"] };
  });
  next("two.test");
  next("three.test");
  const running = generations.reload();
  const waiting = [generations.reload(), generations.reload(), generations.reload()];
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(begun, ["slow"]);
  gate.resolve();
  assert.equal((await running).kind, "kept");
  const numbers = (await Promise.all(waiting)).map(({ number }) => number);
  assert.deepEqual(numbers, [2, 2, 2]);
  assert.deepEqual(begun, ["slow", "two.test"]);
  assert.equal((await generations.reload()).kind, "reloaded");
  assert.equal(nameOf(generations.current), "three.test");
  await generations.close();
});

test("whoever asks in the very moment in which one reload ends does not begin a second beside the one that waits", async () => {
  const { generations, logged, next } = await bench();
  for (let count = 0; count < 100; count++) {
    next("slow", async () => {
      await Promise.resolve();
      return { kind: "problems", problems: ["slow"] };
    });
  }
  for (let tick = 0; tick < 200; tick++) {
    void generations.reload();
    await Promise.resolve();
  }
  await generations.close();
  assert.ok(logged.length > 5);
  assert.doesNotMatch(logged.join("\n"), /a bug/);
});

test("a reload that ends after the server was told to stop leaves nothing open", async () => {
  const { generations, closed, common, next } = await bench();
  const gate = Promise.withResolvers<void>();
  next("two.test", async () => {
    await gate.promise;
    const opened = await openGeneration(named("two.test", closed), common);
    assert.ok(opened.kind === "opened");
    return { kind: "built", generation: opened.open };
  });
  const running = generations.reload();
  const waiting = generations.reload();
  const closing = generations.close();
  gate.resolve();
  await closing;
  assert.deepEqual(await running, { kind: "kept", number: 1, problems: ["the server is stopping"] });
  assert.equal((await waiting).kind, "kept");
  assert.deepEqual([...closed].sort(), ["one.test", "two.test"]);
  assert.equal(common.deliveries.size, 0);
});

test("generations whose delivery is configured alike share one backend, closed with the last of them", async () => {
  const { generations, common, next } = await bench();
  const before = generations.current.delivery;
  const session = generations.lease();
  next("two.test");
  await generations.reload();
  assert.equal(generations.current.delivery, before);
  next("three.test", async () => {
    const generation = named("three.test", []);
    const config = { ...generation.config, delivery: { backend: "maildir", path: temporaryFolder() } as const };
    const opened = await openGeneration({ ...generation, config }, common);
    assert.ok(opened.kind === "opened");
    return { kind: "built", generation: opened.open };
  });
  await generations.reload();
  assert.notEqual(generations.current.delivery, before);
  assert.equal(common.deliveries.size, 2);
  session.release();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(common.deliveries.size, 1);
  await generations.close();
  assert.equal(common.deliveries.size, 0);
});

test("a delivery that cannot be opened is a problem, and the generation is closed", async () => {
  const { common } = await bench();
  const closed: string[] = [];
  const generation = named("two.test", closed);
  const config = { ...generation.config, delivery: { backend: "maildir", path: "/dev/null/maildir" } as const };
  const opened = await openGeneration({ ...generation, config }, common);
  assert.ok(opened.kind === "problems");
  assert.match(opened.problems.join(), /qpsmtpd\.toml: delivery: Cannot use Maildir \/dev\/null\/maildir/);
  assert.deepEqual(closed, ["two.test"]);
});
