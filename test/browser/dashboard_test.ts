// The dashboard of a running server in a real browser: a plugin is uploaded, mail is refused by it, and is accepted again
// when it is rolled back.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { buildPlugin, stopBuilding } from "../../sdk/typescript/build_plugin.ts";
import { Chromium, type Visit } from "../support/browser.ts";
import { DeployingDaemon, token } from "../support/deploying.ts";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { connectPeer, sendMessage, type SmtpPeer } from "../support/smtp_peer.ts";

const [node] = directRuntimes;
const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-dashboard-"));
const script = "<img/src=x/onerror=alert(1)>";
const files = {
  welcoming: join(folder, "welcoming.wasm"),
  strict: join(folder, "strict.wasm"),
  greedy: join(folder, "greedy.wasm"),
};

let server: DeployingDaemon;
let chromium: Chromium;
let visit: Visit;

before(async () => {
  const needs = ["event:recipients", "verdict"];
  const refusal = `return reject("No mail for you ${script}")`;
  await build(files.welcoming, "1.0.0", needs, `return accept()`);
  await build(files.strict, "2.0.0", [...needs, "store"], refusal);
  await build(files.greedy, "3.0.0", [...needs, "http"], refusal);
  await stopBuilding();
  const plugin = `[[plugin]]\nname = "door"\nfile = "${files.welcoming}"\ngrant = ["event", "verdict", "store"]\n`;
  server = await DeployingDaemon.start(node ?? assert.fail(), { toml: `hostname = "mx.reader.test"\n${plugin}` });
  chromium = await Chromium.launch();
  visit = await chromium.visit(server.url);
});

after(async () => {
  await chromium?.close();
  await server?.daemon.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("a wrong token is told so, the right one opens the dashboard", async () => {
  await visit.page.locator("#token:focus").waitFor();
  await visit.page.keyboard.type("wrong");
  await visit.page.keyboard.press("Enter");
  await visit.sees("This is no valid token");
  await visit.signIn(token);
  await visit.sees("Ready");
  await visit.sees("mx.reader.test", "header");
});

test("a session is seen with its dialogue while it lasts, what it said as text, and can be ended", async () => {
  const peer = await greeted();
  await peer.ask(`EHLO ${script}`);
  await peer.ask("EHLO client.test");
  await peer.ask("AUTH PLAIN AGFubmEAc2VjcmV0");
  await peer.ask("MAIL FROM:<author@client.test>");
  await visit.page.getByRole("link", { name: "Sessions" }).click();
  await visit.page.getByRole("link", { name: "127.0.0.1" }).click();
  await visit.sees(`EHLO ${script}`, ".dialogue");
  await visit.sees("MAIL FROM:<author@client.test>", ".dialogue");
  await visit.sees("<author@client.test>", ".facts");
  await visit.sees("AUTH PLAIN", ".dialogue");
  assert.doesNotMatch(await visit.page.locator("main").innerText(), /AGFubmEAc2VjcmV0/);
  assert.equal(await visit.page.locator("main img").count(), 0);
  await visit.shoot("server-session");
  await visit.page.getByRole("button", { name: "End session" }).click();
  await visit.page.getByRole("button", { name: "End it" }).click();
  assert.match(await peer.reply(), /^421 /);
  await visit.sees("This session is over");
  peer.destroy();
});

test("an upload is tried first, and the grants are compared; more than is granted cannot be deployed", async () => {
  const { page } = visit;
  assert.match(await mail(), /^250 /);
  await page.getByRole("link", { name: "Plugins" }).click();
  await page.getByRole("link", { name: "door" }).click();
  await page.setInputFiles("#file", files.greedy);
  await visit.sees(/is not granted: *http/, ".tried");
  assert.equal(await page.getByRole("button", { name: "Deploy to door" }).count(), 0);
  await visit.shoot("server-upload-refused");
  await page.setInputFiles("#file", files.strict);
  await visit.sees(/needs now: *store/, ".tried");
  await visit.sees("2.0.0", ".tried");
  assert.match(await mail(), /^250 /);
  await visit.shoot("server-upload-tried");
});

test("deployed, it refuses mail; the refusal is seen with its reason, and explained by its code", async () => {
  const { page } = visit;
  await page.getByRole("button", { name: "Deploy to door" }).click();
  await visit.sees("door is deployed", "#said");
  await visit.sees("2.0.0", "[data-detail]");
  const reply = await mail();
  assert.match(reply, /^550 .*No mail for you/);
  const [, code = ""] = /\(([0-9a-z]+-[0-9a-z]+\.\d+)\)/.exec(reply) ?? [];
  await page.getByRole("link", { name: "Refusals" }).click();
  const row = page.locator("tr").filter({ hasText: code });
  await row.filter({ hasText: `No mail for you ${script}` }).filter({ hasText: "door" }).waitFor();
  await visit.shoot("server-refusals");
  await row.getByRole("link", { name: code }).click();
  await visit.sees("door", ".chain");
  await visit.sees(`No mail for you ${script}`, ".chain");
  await visit.shoot("server-explain");
});

test("the same code is found from the keyboard alone", async () => {
  const { page } = visit;
  const code = decodeURIComponent(new URL(page.url()).hash.slice("#/explain/".length));
  await page.getByRole("link", { name: "Overview" }).click();
  await visit.sees("Replies by code");
  await visit.shoot("server-overview");
  await page.keyboard.press("/");
  await page.keyboard.type(`(${code})`);
  await page.keyboard.press("Enter");
  await visit.sees("No mail for you", ".chain");
});

test("rolled back, mail is accepted again", async () => {
  const { page } = visit;
  await page.getByRole("link", { name: "Plugins" }).click();
  await page.locator('[data-row="door"]').click();
  await page.getByRole("button", { name: "Roll back" }).click();
  await page.locator("#confirm").getByRole("button", { name: "Roll back" }).click();
  await visit.sees("is back at its version before", "#said");
  await visit.sees("door 1.0.0", "[data-detail]");
  assert.match(await mail(), /^250 /);
  await visit.shoot("server-rolled-back");
});

test("nothing that came from outside ran, and nothing was asked of anybody else", () => {
  assert.deepEqual(visit.wrong, []);
});

async function greeted(): Promise<SmtpPeer> {
  const peer = await connectPeer(server.daemon.port);
  await peer.reply();
  return peer;
}

/** The reply to RCPT if it is a refusal, or else the one to the end of data. */
async function mail(): Promise<string> {
  const peer = await greeted();
  await peer.ask("EHLO client.test");
  await peer.ask("MAIL FROM:<author@client.test>");
  const told = await peer.ask("RCPT TO:<reader@reader.test>");
  if (!told.startsWith("250")) {
    await peer.ask("QUIT");
    return told;
  }
  await peer.ask("RSET");
  const envelope = { reversePath: "author@client.test", forwardPaths: ["reader@reader.test"] };
  const end = await sendMessage(peer, envelope, "Subject: hello\r\n\r\nHello");
  await peer.ask("QUIT");
  return end;
}

async function build(file: string, version: string, needs: readonly string[], rcpt: string): Promise<void> {
  const source = join(folder, version, "door");
  mkdirSync(source, { recursive: true });
  const store = needs.includes("store") ? "host.store.get('seen');" : "";
  writeFileSync(
    join(source, "plugin.ts"),
    `import { accept, definePlugin, reject } from "#sdk";
export default definePlugin({ rcpt(_event, _setup, host) { ${store} ${rcpt}; } });`,
  );
  const manifest = { name: "door", version, description: `Says who comes in ${script}`, licence: "MIT", needs };
  writeFileSync(join(source, "plugin.json"), JSON.stringify(manifest));
  const built = await buildPlugin({ source: join(source, "plugin.ts") });
  assert.ok(built.kind === "built", JSON.stringify(built));
  writeFileSync(file, built.wasm);
}
