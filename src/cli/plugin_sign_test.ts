import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { goodPlugin } from "../../test/support/hostile_uploads.ts";
import { DeployedServer } from "../../test/support/deployed.ts";
import { parseCommandLine } from "./arguments.ts";
import { runCommand } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-sign-"));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly text: string;
}

async function ran(...argv: readonly string[]): Promise<Ran> {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const code = await runCommand(
    parseCommandLine(argv, {}),
    {
      print: say,
      complain: say,
      serve: () => Promise.reject(new Error("serves nothing")),
      readPassword: () => Promise.reject(new Error("asks nobody")),
      terminal: () => {
        throw new Error("looks at nothing");
      },
    } as Parameters<typeof runCommand>[1],
  );
  return { code, text: lines.join("\n") };
}

const key = join(folder, "key");
const plugin = join(folder, "tried.wasm");

describe("plugin keygen and plugin sign", () => {
  test("the private key is its owner's alone, and is never overwritten", async () => {
    const made = await ran("plugin", "keygen", key);
    assert.equal(made.code, 0, made.text);
    assert.match(made.text, /^trusted_keys = \["[A-Za-z0-9+/]{43}="\]$/m);
    assert.equal(statSync(key).mode & 0o777, 0o600);
    const before = readFileSync(key, "utf8");
    assert.match((await ran("plugin", "keygen", key)).text, /cannot be made: EEXIST; choose another file/);
    assert.equal(readFileSync(key, "utf8"), before);
  });

  test("inspect tells whether and by whom a plugin is signed", async () => {
    writeFileSync(plugin, goodPlugin());
    assert.match((await ran("plugin", "inspect", plugin)).text, /^signed +no$/m);
    const signed = await ran("plugin", "sign", plugin, "--key", key);
    assert.equal(signed.code, 0, signed.text);
    const [, by = ""] = /signed by (\S+)$/.exec(signed.text) ?? [];
    assert.ok((await ran("plugin", "inspect", plugin)).text.includes(`signed    by ${by}`));
  });

  const wrong: readonly (readonly [argv: readonly string[], what: RegExp])[] = [
    [[plugin], /needs the private key, --key FILE/],
    [[plugin, "--key", `${key}.none`], /no such file: "qpsmtpd plugin keygen FILE"/],
    [[plugin, "--key", `${key}.pub`], /holds no private key in PEM/],
    [[join(folder, "none.wasm"), "--key", key], /none\.wasm: no such file/],
    [[key, "--key", key], /is no WebAssembly module/],
  ];
  for (const [argv, what] of wrong) {
    test(`sign ${argv.length} words: ${what.source}`, async () => {
      const said = await ran("plugin", "sign", ...argv);
      assert.notEqual(said.code, 0);
      assert.match(said.text, what);
    });
  }
});

describe('with plugins.signatures = "required"', () => {
  const entry = `[[plugin]]\nname = "tried"\nfile = "tried.wasm"\ngrant = ["event", "verdict", "edit"]\n`;
  const demanding = `[plugins]\nsignatures = "required"\ntrusted_keys = ["${key}.pub"]\n${entry}`;

  test("only signed plugins run: at the start, by a reload, by an upload", async () => {
    const server = new DeployedServer({ "qpsmtpd.toml": demanding, "tried.wasm": goodPlugin("1.0.0") });
    try {
      assert.match(
        (await server.start()).join("\n"),
        /plugin\.1 \(tried\): file: is not signed, and plugins\.signatures/,
      );
      server.write("tried.wasm", readFileSync(plugin));
      assert.deepEqual(await server.start(), []);
      const { digest } = server.plugin("tried") ?? {};
      const unsigned = await server.deployments.deploy("tried", goodPlugin("3.0.0"), { dryRun: false });
      assert.ok(
        unsigned.kind === "refused" && /is not signed/.test(unsigned.problems.join("")),
        JSON.stringify(unsigned),
      );
      const forged = readFileSync(plugin);
      forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1;
      const wrong = await server.deployments.deploy("tried", forged, { dryRun: false });
      assert.ok(wrong.kind === "refused" && /signature that is wrong/.test(wrong.problems.join("")));
      server.write("tried.wasm", goodPlugin("3.0.0"));
      assert.equal((await server.reload()).kind, "kept");
      assert.equal(server.plugin("tried")?.digest, digest);
      assert.equal(server.number, 1);
    } finally {
      await server.close();
    }
  });

  test("what runs is looked at anew when signatures become demanded", async () => {
    const server = new DeployedServer({ "qpsmtpd.toml": entry, "tried.wasm": goodPlugin("1.0.0") });
    try {
      assert.deepEqual(await server.start(), []);
      server.write("qpsmtpd.toml", demanding);
      const kept = await server.reload();
      assert.ok(kept.kind === "kept" && /is not signed/.test(kept.problems.join("")), JSON.stringify(kept));
    } finally {
      await server.close();
    }
  });

  const unusable: readonly (readonly [keys: string, what: RegExp])[] = [
    ["", /plugins\.trusted_keys: empty, so no plugin could be run/],
    [`"${key}"`, /plugins\.trusted_keys\[0\]: .* is a private key, which the server must not have/],
    [`"${plugin}"`, /cannot be read: it is not text/],
    [`"none.pem"`, /there is no file .*none\.pem/],
  ];
  for (const [keys, what] of unusable) {
    test(`trusted_keys = [${keys === "" ? "" : "..."}] is a problem: ${what.source}`, async () => {
      const toml = `[plugins]\nsignatures = "required"\ntrusted_keys = [${keys}]\n${entry}`;
      const server = new DeployedServer({ "qpsmtpd.toml": toml, "tried.wasm": readFileSync(plugin) });
      try {
        assert.match((await server.start()).join("\n"), what);
      } finally {
        await server.close();
      }
    });
  }
});

test("check tells which plugins run what was deployed", async () => {
  const toml = `[[plugin]]\nname = "tried"\nfile = "tried.wasm"\ngrant = ["event", "verdict", "edit"]\n`;
  const server = new DeployedServer({ "qpsmtpd.toml": toml, "tried.wasm": goodPlugin("1.0.0") });
  try {
    assert.deepEqual(await server.start(), []);
    await server.deployments.deploy("tried", goodPlugin("2.0.0"), { dryRun: false });
    await server.deployments.setPolicy("tried", { mode: "monitor", order: 3 });
    const argv = ["--config", join(server.folder, "config/qpsmtpd.toml"), "--state", server.state];
    const { text, code } = await ran("check", ...argv);
    assert.equal(code, 0, text);
    assert.match(
      text,
      /tried, by the API: runs the deployed version 2\.0\.0, sha256 [0-9a-f]{64}; has another policy: mode, order/,
    );
    await server.deployments.enable("tried", false);
    assert.doesNotMatch((await ran("hooks", ...argv)).text, /tried/);
  } finally {
    await server.close();
  }
});
