// Notes and marks of one recipient, said by real guests: what a plugin notes at RCPT, another that was granted it reads.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { sampleWasm } from "../../sdk/typescript/sample_plugin.ts";
import type { Registered } from "../../src/hooks/chains.ts";
import { plainPolicy } from "../../src/policy/policy.ts";
import type { Configuration } from "../../sdk/typescript/testing.ts";
import { nativePlugin } from "../support/native_plugin.ts";
import { runWasm } from "../support/run_wasm.ts";
import { serving } from "../support/served.ts";
import { sendMessage } from "../support/smtp_peer.ts";

after(stopBuilding);

/** Notes which recipients have a number in their name. */
const counting = `
  import { definePlugin, noting, pass } from "#sdk";
  export default definePlugin({
    rcpt({ forwardPath: { localPart } }) {
      return noting(pass(), { recipient: { number: Number(localPart.replace(/\\D/g, "")) } });
    },
  });`;

/** Refuses messages by what counting noted; \`who\` says what it sees. */
const summing = `
  import { accept, definePlugin, pass, reject } from "#sdk";
  export default definePlugin({
    rcpt({ othersNotes }) { return accept("number " + othersNotes?.counting?.recipient?.number); },
    data_post({ othersNotes, notes, forwardPaths }) {
      const numbers = othersNotes?.counting?.recipients?.map(({ number }) => number);
      return reject(JSON.stringify({ numbers, names: Object.keys(othersNotes ?? {}), own: notes, to: forwardPaths.length }));
    },
  });`;

async function running(wasm: Uint8Array, configuration: Configuration = {}): Promise<Registered & Closing> {
  const run = await runWasm(wasm, configuration);
  if (run.kind === "problems") return assert.fail(JSON.stringify(run.problems));
  return run.plugin;
}

interface Closing {
  close(): Promise<void>;
}

async function bundled(name: string, configuration: Configuration): Promise<Registered & Closing> {
  const source = fileURLToPath(new URL(`../../plugins-wasm/${name}/plugin.ts`, import.meta.url));
  const built = await buildPlugin({ source });
  if (built.kind === "failed") return assert.fail(built.problems.join("\n"));
  return await running(built.wasm, configuration);
}

const verdicts = ["event:recipients", "verdict:accept@rcpt", "verdict:reject@data_post"];

test("a guest reads the notes that it was granted, aligned with the recipients, and no others", async () => {
  const writer = await running(await sampleWasm(counting, { name: "counting", needs: ["event:recipients"] }));
  const other = await running(await sampleWasm(counting, { name: "other", needs: ["event:recipients"] }));
  const reader = await running(await sampleWasm(summing, { name: "summing", needs: [...verdicts, "notes:counting"] }));
  const refusing = nativePlugin("refusing", {
    rcpt: ({ forwardPath }) => forwardPath.localPart === "u2" ? { verdict: "reject", text: "No" } : { verdict: "pass" },
  });
  await serving({ plugins: [writer, other, refusing, reader] }, async ({ greet }) => {
    const peer = await greet();
    await peer.ask("MAIL FROM:<s@x.test>");
    assert.match(await peer.ask("RCPT TO:<u9@y.test>"), /^250 2\.1\.5 number 9$/);
    await peer.ask("RSET");
    const envelope = { reversePath: "s@x.test", forwardPaths: ["u1@y.test", "u2@y.test", "u3@y.test"] };
    assert.equal(
      await sendMessage(peer, envelope, "A: b\r\n\r\nx"),
      '550 5.7.1 {"numbers":[1,3],"names":["counting"],"to":2}',
    );
    peer.destroy();
  });
  await Promise.all([writer, other, reader].map((plugin) => plugin.close()));
});

test("a guest that was granted no notes of others finds none", async () => {
  const writer = await running(await sampleWasm(counting, { name: "counting", needs: ["event:recipients"] }));
  const blind = await running(await sampleWasm(summing, { name: "summing", needs: verdicts }));
  await serving({ plugins: [writer, blind] }, async ({ greet }) => {
    const peer = await greet();
    await peer.ask("MAIL FROM:<s@x.test>");
    assert.match(await peer.ask("RCPT TO:<u9@y.test>"), /^250 2\.1\.5 number undefined$/);
    peer.destroy();
  });
  await Promise.all([writer, blind].map((plugin) => plugin.close()));
});

test("whitelist: a listed recipient is reached by a listed client, and no relaying comes of it", async () => {
  const whitelist = await bundled("whitelist", { lists: { whitelistrcpt: ["team@ours.test", "far.test"] } });
  const rcptOk = await bundled("rcpt_ok", { lists: { rcpthosts: ["ours.test"] } });
  const listed: Registered = {
    ...nativePlugin("listed", { connect: () => ({ verdict: "reject", text: "You are on a list" }) }),
    policy: { ...plainPolicy, mode: "late", immune: ["allowed"] },
  };
  await serving({ plugins: [listed, whitelist, rcptOk] }, async ({ greet }) => {
    const peer = await greet();
    await peer.ask("MAIL FROM:<s@x.test>");
    assert.match(await peer.ask("RCPT TO:<b@ours.test>"), /^550 5\.7\.1 You are on a list$/);
    assert.match(await peer.ask("RCPT TO:<team@ours.test>"), /^250 /);
    assert.match(await peer.ask("RCPT TO:<b@ours.test>"), /^550 5\.7\.1 You are on a list$/);
    assert.match(await peer.ask("RCPT TO:<anyone@far.test>"), /^550 5\.7\.1 Relaying denied$/);
    peer.destroy();
  });
  await Promise.all([whitelist, rcptOk].map((plugin) => plugin.close()));
});
