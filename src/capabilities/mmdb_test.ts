// The capability `mmdb` against real files, and files that change under it.

import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../../sdk/contract/contract.ts";
import { callWith, outcomeOf } from "../../test/support/capability_calls.ts";
import { eventually } from "../../test/support/eventually.ts";
import { mmdbOf, type MmdbOptions } from "../../test/support/mmdb_writer.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { MmdbCapability } from "./mmdb.ts";

const folder = temporaryFolder();
const country = (iso_code: string): Json => ({ country: { iso_code } });

function write(name: string, records: { readonly [network: string]: Json }, options: MmdbOptions = {}): string {
  const path = join(folder, name);
  writeFileSync(path, mmdbOf(records, options));
  return path;
}

function capability(reported: string[] = [], now = { ms: 0 }): MmdbCapability {
  return new MmdbCapability({ report: (trouble) => reported.push(trouble), now: () => now.ms });
}

async function ask(mmdb: MmdbCapability, address: unknown, ...scopes: readonly string[]): Promise<Json> {
  return outcomeOf(await mmdb.fulfil({ address }, callWith(scopes)));
}

/** What the databases say, without their names. */
async function find(mmdb: MmdbCapability, address: string, ...scopes: readonly string[]): Promise<Json> {
  const { records } = await ask(mmdb, address, ...scopes) as { records: { record: Json }[] };
  return records.map(({ record }) => record);
}

/** Files are read behind the back of those who ask. */
async function becomes(look: () => Json | Promise<Json>, expected: Json): Promise<void> {
  let seen: Json = null;
  await eventually(() => JSON.stringify(seen), async () => {
    seen = await look();
    return isDeepStrictEqual(seen, expected) || undefined;
  });
}

const everything = { float: -1.5, whole: 7, yes: true, list: ["a", { b: "ü" }], long: "x".repeat(300), empty: "" };
const networks = { "192.0.2.0/24": country("AT"), "2001:db8::/32": country("CH"), "198.51.100.7/32": everything };

test("each granted database that knows the address has a record, in the order of the grants", async () => {
  const paths = [
    write("city.mmdb", networks, { type: "Test-City" }),
    write("four.mmdb", { "192.0.2.0/25": country("DE") }, { ipVersion: 4 }),
  ];
  const mmdb = capability();
  const rows: readonly (readonly [address: string, records: Json])[] = [
    ["192.0.2.1", [country("AT"), country("DE")]],
    ["192.0.2.200", [country("AT")]],
    ["2001:db8:ffff::1", [country("CH")]],
    ["2001:db9::1", []],
    ["203.0.113.1", []],
    // Its first 32 bits are those of 192.0.2.1.
    ["c000:201::", []],
    ["198.51.100.7", [everything]],
  ];
  for (const [address, records] of rows) assert.deepEqual(await find(mmdb, address, ...paths), records, address);
  assert.deepEqual(await ask(mmdb, "192.0.2.1", paths[0] ?? ""), {
    records: [{ file: paths[0], type: "Test-City", record: country("AT") }],
  });
});

test("what is no address, or not granted, is refused", async () => {
  const mmdb = capability();
  for (const address of ["", "x", "192.0.2", "192.0.2.1/24", 1, "1".repeat(200)]) {
    assert.equal(await ask(mmdb, address, join(folder, "city.mmdb")), "badRequest");
  }
  assert.equal(await ask(mmdb, "192.0.2.1"), "notGranted");
  assert.equal(await ask(mmdb, "192.0.2.1", "*"), "notGranted");
  assert.equal(await ask(mmdb, "192.0.2.1", join(folder, "none.mmdb")), "failed");
});

test("before a plugin is loaded its databases are opened, and what is wrong is said", async () => {
  const good = write("good.mmdb", networks);
  const text = join(folder, "text.mmdb");
  writeFileSync(text, "# not yet downloaded");
  const part = join(folder, "part.mmdb");
  writeFileSync(part, mmdbOf(networks).subarray(1500));
  const rows: readonly (readonly [scopes: readonly string[], problems: readonly string[]])[] = [
    [[good], []],
    [[good, join(folder, "none.mmdb")], [`${join(folder, "none.mmdb")} is not there`]],
    [[text], [`${text} is no MaxMind DB file (.mmdb)`]],
    [[part], [`${part} is no MaxMind DB file (.mmdb)`]],
    [[folder], [`${folder} is not a regular file`]],
    [["/dev/null"], ["/dev/null is not a regular file"]],
    [["*"], ['"mmdb" must name the file: "mmdb:/usr/share/GeoIP/GeoLite2-Country.mmdb"']],
    [new Array<string>(17).fill(good), ['"mmdb" is granted for more than 16 files']],
  ];
  for (const [scopes, problems] of rows) assert.deepEqual(await capability().prepare(scopes), problems);
});

test("a new file takes the place of the old one while it is asked, and one that is broken does not", async () => {
  const path = write("weekly.mmdb", { "192.0.2.0/24": country("AT") });
  const reported: string[] = [];
  const now = { ms: 0 };
  const mmdb = capability(reported, now);
  assert.deepEqual(await mmdb.prepare([path]), []);
  renameSync(write("new.mmdb", { "192.0.2.0/24": country("DE"), "203.0.113.0/24": country("DE") }), path);
  assert.deepEqual(await find(mmdb, "192.0.2.1", path), [country("AT")], "not looked at for ten seconds");
  now.ms = 10_000;
  await becomes(() => find(mmdb, "192.0.2.1", path), [country("DE")]);
  writeFileSync(path, "half");
  now.ms = 20_000;
  await find(mmdb, "192.0.2.1", path);
  await becomes(() => reported, [`${path} is no MaxMind DB file (.mmdb); the database read before is used on`]);
  for (const ms of [30_000, 40_000]) {
    now.ms = ms;
    assert.deepEqual(await find(mmdb, "192.0.2.1", path), [country("DE")]);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(reported.length, 1, "a broken file is reported once");
  writeFileSync(path, mmdbOf({ "192.0.2.0/24": country("FR") }));
  now.ms = 50_000;
  await becomes(() => find(mmdb, "192.0.2.1", path), [country("FR")]);
});

test("a record too large for a plugin is not given to it", async () => {
  const list = new Array<string>(300).fill("x".repeat(280));
  const path = write("large.mmdb", { "192.0.2.0/24": list });
  assert.equal(await ask(capability(), "192.0.2.1", path), "tooLarge");
});

test("sixteen databases are in memory, and the one not asked for longest goes", async () => {
  const mmdb = capability();
  const paths = Array.from(
    { length: 18 },
    (_, index) => write(`${index}.mmdb`, { "192.0.2.0/24": country(`${index}`) }),
  );
  for (const path of paths) assert.deepEqual(await mmdb.prepare([path]), []);
  for (const path of paths) writeFileSync(path, "gone");
  for (const [index, path] of paths.entries()) {
    const expected = index < 2
      ? "failed"
      : { records: [{ file: path, type: "Test-Country", record: country(`${index}`) }] };
    assert.deepEqual(await ask(mmdb, "192.0.2.1", path), expected);
  }
});
