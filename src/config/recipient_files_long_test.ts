import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { readRecipientFiles, type RecipientFiles, recipientFolders, recipientLimits } from "./recipient_files.ts";

const plugins = [{ label: "dnsbl", off: false }, { label: "greylisting", off: false }, { label: "karma", off: true }];

async function reading(
  files: { readonly [path: string]: string },
  check: (read: RecipientFiles, folder: string) => void | Promise<void>,
): Promise<void> {
  const top = mkdtempSync(join(tmpdir(), "qpsmtpd-recipients-"));
  const folder = join(top, "recipients");
  try {
    mkdirSync(folder);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    await check(await readRecipientFiles(folder, plugins), folder);
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}

test("a domain and a mailbox of it, without case, each plugin by its label", async () => {
  await reading({
    "Example.org.toml": `[dnsbl]\nmode = "off"\n[greylisting]\nmode = "monitor"\n`,
    "example.org/Someone.toml": `[dnsbl]\nmode = "late"\nas = "defer"\n`,
    ".example.net.toml.swp": "rubbish",
    "example.net.toml~": "rubbish",
  }, ({ files, rules, problems, warnings }) => {
    assert.deepEqual([problems, warnings, files], [[], [], 2]);
    assert.deepEqual(
      rules,
      new Map([
        ["dnsbl", new Map([["example.org", { mode: "off" }], ["someone@example.org", { mode: "late", as: "defer" }]])],
        ["greylisting", new Map([["example.org", { mode: "monitor" }]])],
      ]),
    );
  });
});

test("a folder that is not there says nothing", async () => {
  const { files, rules, problems } = await readRecipientFiles("/nonexistent/recipients", plugins);
  assert.deepEqual([files, rules.size, problems], [0, 0, []]);
  assert.deepEqual(recipientFolders("/nonexistent/recipients"), []);
});

const wrong: readonly (readonly [title: string, path: string, text: string, expected: RegExp])[] = [
  [
    "a label that is none",
    "a.test.toml",
    `[dnsbk]\nmode = "off"`,
    /a\.test\.toml: dnsbk: unknown key, did you mean "dnsbl"\?/,
  ],
  [
    "a mode that is none",
    "a.test.toml",
    `[dnsbl]\nmode = "of"`,
    /a\.test\.toml: dnsbl\.mode: expected "enforce".*, got "of"/,
  ],
  ["a manner that is none", "a.test/b.toml", `[dnsbl]\nas = "drop"`, /a\.test\/b\.toml: dnsbl\.as: expected "reject"/],
  ["a key that is none", "a.test.toml", `[dnsbl]\nimmune = ["relay"]`, /dnsbl\.immune: unknown key/],
  ["what is no TOML", "a.test.toml", `[dnsbl`, /a\.test\.toml: line 1, column \d+/],
  ["what is no table", "a.test.toml", `dnsbl = "off"`, /a\.test\.toml: dnsbl: expected a table/],
  ["a name that is no domain", "a_b c.toml", "", /a_b c\.toml: its name is no domain/],
  ["a folder that is none", "so so/a.toml", "", /so so: its name is no domain/],
  ["a file too large", "a.test.toml", `#${"x".repeat(recipientLimits.octetsPerFile)}`, /is larger than 64000 octets/],
];
for (const [title, path, text, expected] of wrong) {
  test(`a problem with its file: ${title}`, async () => {
    await reading({ [path]: text }, ({ problems }) => {
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.match(problems[0] ?? "", expected);
    });
  });
}

test("two files of one recipient are a problem", async () => {
  await reading({ "a.test/b.toml": "", "a.test/B.toml": "" }, ({ problems }) => {
    assert.match(problems.join(), /another file is of the same recipient/);
  });
});

test("what has no effect is a warning: another name, a plugin that is off for everybody", async () => {
  await reading({ "README": "x", "a.test.toml": `[karma]\nmode = "enforce"` }, ({ problems, warnings }) => {
    assert.deepEqual(problems, []);
    assert.match(warnings.join("\n"), /README: ignored.*\n.*a\.test\.toml: karma: has no effect/);
  });
});

test("so many files and no more, and so many problems told", async () => {
  const many = (count: number, text: string): { [path: string]: string } => {
    return Object.fromEntries(Array.from({ length: count }, (_, n) => [`a.test/n${n}.toml`, text]));
  };
  await reading(many(recipientLimits.files + 1, ""), ({ problems, rules }) => {
    assert.match(problems.join(), /^[^,]*: more than 10000 files lie here$/);
    assert.equal(rules.size, 0);
  });
  await reading(many(150, "["), ({ problems }) => {
    assert.equal(problems.length, 101);
    assert.equal(problems.at(-1), "and 50 more");
  });
});

test("a link out of the folder is followed, since the operator made it; the folders are those of domains", async () => {
  await reading({ "a.test/b.toml": "" }, async (_, folder) => {
    symlinkSync("/nonexistent", join(folder, "c.test.toml"));
    const { problems } = await readRecipientFiles(folder, plugins);
    assert.deepEqual(problems, []);
    assert.deepEqual(recipientFolders(folder), [folder, join(folder, "a.test")]);
  });
});
