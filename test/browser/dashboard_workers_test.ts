// The dashboard of a server with two worker processes: it shows what both serve, and what it changes is changed in both.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Chromium, type Visit } from "../support/browser.ts";
import { DeployingDaemon, token } from "../support/deploying.ts";
import { directRuntimes } from "../support/direct_runtimes.ts";
import { eventually } from "../support/eventually.ts";
import { connectPeer, type SmtpPeer } from "../support/smtp_peer.ts";

const toml = `hostname = "mx.two.test"
process.workers = 2
[[plugin]]
name = "badmailfrom"
grant = ["event:reverse_path", "verdict:reject@mail", "score"]
[[plugin]]
name = "rcpt_ok"
grant = ["event:recipients", "event:user", "event:marks", "verdict:accept@rcpt", "verdict:reject@rcpt"]
`;

const [node] = directRuntimes;
const peers: SmtpPeer[] = [];
let server: DeployingDaemon;
let chromium: Chromium;
let visit: Visit;

before(async () => {
  const lists = { badmailfrom: "$include gone\n" };
  [server, chromium] = await Promise.all([
    DeployingDaemon.start(node ?? assert.fail(), { toml, lists }),
    Chromium.launch(),
  ]);
  visit = await chromium.visit(server.url);
  await visit.signIn(token);
});

after(async () => {
  for (const peer of peers) peer.destroy();
  await chromium?.close();
  assert.equal(await server?.daemon.stop(), 0);
});

interface Listed {
  readonly id: string;
  readonly pid: number;
}

/** A session in each of both processes. */
async function inBoth(): Promise<readonly Listed[]> {
  return await eventually(() => "sessions in one process alone", async () => {
    const peer = await connectPeer(server.daemon.port);
    peers.push(peer);
    await peer.reply();
    const { sessions } = (await server.ask("GET", "/sessions")).body as unknown as { sessions: readonly Listed[] };
    const byProcess = new Map(sessions.map((session) => [session.pid, session]));
    return byProcess.size === 2 ? [...byProcess.values()] : undefined;
  });
}

test("the overview has both processes, and once what both warn of", async () => {
  await visit.sees("Ready");
  const { workers } = (await server.ask("GET", "/status")).body as unknown as { workers: readonly Listed[] };
  for (const { pid } of workers) await visit.sees(String(pid));
  await visit.sees(/badmailfrom:1: \$include .*: no such file/);
  assert.equal((await visit.page.locator("main").innerText()).split("$include").length, 2);
  await visit.shoot("workers-overview");
});

test("a session of either is opened with its dialogue, and ended", async () => {
  const { page } = visit;
  for (const { id, pid } of await inBoth()) {
    await page.goto(`${server.url}/#/sessions/${id}`);
    await visit.sees(`process ${pid}`, ".facts");
    await visit.sees("220 mx.two.test", ".dialogue");
    await page.getByRole("button", { name: "End session" }).click();
    await page.getByRole("button", { name: "End it" }).click();
    await visit.sees("This session is over");
  }
  await visit.shoot("workers-session-over");
});

test("a plugin that is switched off is off in both, and on again in both", async () => {
  const { page } = visit;
  await page.goto(`${server.url}/#/plugins/rcpt_ok`);
  for (
    const [verb, again, code] of [["Switch off", "Switch it off", "550"], ["Switch on", undefined, "250"]] as const
  ) {
    await page.getByRole("button", { name: verb }).click();
    if (again !== undefined) await page.getByRole("button", { name: again }).click();
    await visit.sees(verb === "Switch off" ? "rcpt_ok is off" : "rcpt_ok is on", "#said");
    for (const peer of peers.splice(0)) peer.destroy();
    await inBoth();
    for (const peer of peers) assert.equal((await recipient(peer)).slice(0, 3), code);
  }
  assert.deepEqual(visit.wrong, []);
});

/** The reply to a recipient of our own. */
async function recipient(peer: SmtpPeer): Promise<string> {
  for (const line of ["EHLO client.test", "MAIL FROM:<author@client.test>"]) await peer.ask(line);
  return await peer.ask("RCPT TO:<reader@localhost>");
}
