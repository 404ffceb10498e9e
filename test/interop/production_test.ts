// docs/production.md is true: its lines are put into the real programs, and mail goes through.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { startExim } from "../support/exim.ts";
import { belowTrace, fates, type FrontDoor, startFrontDoor } from "../support/front_door.ts";
import { loadText } from "../support/load_text.ts";
import { freePort, isListening } from "../support/loopback_port.ts";
import { type MailServer, startListening } from "../support/mail_server.ts";
import { asContent, asMailData, awkwardMessage } from "../support/messages.ts";
import { startPostfix } from "../support/postfix.ts";
import { lackingRoot } from "../support/private_root.ts";
import { lacking } from "../support/programs.ts";
import { projectRoot, type Runtime, runtimes } from "../support/runtimes.ts";
import { startSendmail } from "../support/sendmail.ts";
import { connectPeer } from "../support/smtp_peer.ts";
import { shortMessage } from "./sender_promises.ts";

const page = readFileSync(join(projectRoot, "docs/production.md"), "utf8");
const blocks = new Map(
  [...page.matchAll(/^```\w+ (\S+)\n([^]*?)^```$/gm)].map(([, name = "", text = ""]) => [name, text]),
);

/** Ports of this test in the place of those of the page. */
interface Ports {
  readonly 25?: number;
  readonly 2525?: number;
  readonly 10025?: number;
}

/** A block of the page; its domain is the one that our front door takes mail for. */
function block(name: string, ports: Ports = {}): string {
  const text = blocks.get(name) ?? assert.fail(`docs/production.md has no block ${name}`);
  return text.replaceAll("example.org", "reader.test").replaceAll(/(?<![\d.])(?:10025|2525)\b/g, (port) => {
    return String(ports[port as "10025"] ?? port);
  });
}

/** The same of our configuration, where the listeners and the name are the test's. */
function own(name: string, ports: Ports = {}): string {
  return block(name, ports).replaceAll(/^(?:hostname|listen) = .*\n/gm, "");
}

/** The last reply to a message that somebody sends to a port: to its end, or to what was refused before. */
async function send(port: number, forwardPath: string, lines: readonly string[]): Promise<string> {
  const peer = await connectPeer(port);
  try {
    await peer.reply();
    await peer.ask("EHLO client.sender.test");
    for (const line of ["MAIL FROM:<author@sender.test>", `RCPT TO:<${forwardPath}>`, "DATA"]) {
      const reply = await peer.ask(line);
      if (/^[45]/.test(reply)) return reply;
    }
    peer.send(asMailData(lines));
    return await peer.ask(".");
  } finally {
    peer.destroy();
  }
}

/** One message goes in at the port, and lies whole in the mailbox of the reader. */
async function goesThrough(
  port: number,
  name: string,
  mailbox: () => readonly string[],
  trouble: () => string,
): Promise<void> {
  const lines = awkwardMessage(name);
  assert.match(await send(port, "reader@reader.test", lines), /^250/, trouble());
  const text = await eventually(() => `it did not arrive\n${trouble()}`, () => {
    return mailbox().find((message) => message.includes(`Subject: awkward ${name}`));
  });
  assert.equal(belowTrace(text.replaceAll(/\r?\n/g, "\r\n")), asContent(lines));
}

async function closing(door: FrontDoor, server: MailServer, talk: () => Promise<void>): Promise<void> {
  try {
    await talk();
  } finally {
    await server.stop();
    assert.equal(await door.stop(), 0, door.output());
  }
}

test("every configuration of ours on the page loads without a problem", async () => {
  const ours = [...blocks].filter(([name]) => name.endsWith("qpsmtpd.toml"));
  assert.ok(ours.length >= 6);
  for (const [name, text] of ours) {
    const { loaded } = await loadText(text);
    assert.equal(loaded.kind, "config", `${name}: ${JSON.stringify(loaded)}`);
  }
});

test("every other file that the page names exists", () => {
  for (const [, path = ""] of page.matchAll(/\]\((\.\.\/[^)]+)\)/g)) readFileSync(join(projectRoot, "docs", path));
});

function postfixTests(runtime: Runtime): void {
  test("Postfix behind us: mail goes through, and who is unknown there is refused to our client", async () => {
    const reentry = await freePort();
    const ports = { 10025: reentry };
    const services = block("postfix-behind:master.cf", ports);
    const server = await startPostfix({ domain: "reader.test", services, more: block("postfix-behind:main.cf") });
    const door = await startFrontDoor(runtime, { top: own("in-front:qpsmtpd.toml", ports) });
    await closing(door, server, async () => {
      await goesThrough(door.port, "behind", () => server.mailbox("reader"), server.log);
      assert.match(await send(door.port, "stranger@reader.test", shortMessage("x")), /^550 5\.1\.1 .*User unknown/s);
      await eventually(server.log, () => /postfix\/reentry\/smtpd/.test(server.log()) || undefined);
    });
  });

  test("Postfix in front as a proxy filter: refusals reach its client, and we hear of him by XFORWARD", async () => {
    const [front, reentry] = [await freePort(), await freePort()];
    const door = await startFrontDoor(runtime, { top: own("postfix-front:qpsmtpd.toml", { 10025: reentry }) });
    const ports = { 2525: door.port, 10025: reentry };
    const filter = block("postfix-front:master.cf", ports).replace(/^smtp inet/m, `127.0.0.1:${front} inet`);
    const services = `${filter}${block("postfix-behind:master.cf", ports)}`;
    // Whom it does not know it would not ask us about.
    const more = `${block("postfix-behind:main.cf")}smtpd_reject_unlisted_recipient = no\n`;
    const server = await startPostfix({ domain: "reader.test", services, more });
    await closing(door, server, async () => {
      // It binds its ports one after the other, and only the first was awaited.
      await eventually(
        server.log,
        async () => await isListening(front) && await isListening(reentry) ? true : undefined,
      );
      await goesThrough(front, "filtered", () => server.mailbox("reader"), () => server.log() + door.output());
      assert.match(
        await send(front, `${fates.refusedContent}@reader.test`, shortMessage("x")),
        /^550 .*Not such words/s,
      );
      assert.match(await send(front, `${fates.refused}@reader.test`, shortMessage("x")), /^550 .*Nobody of that name/s);
      // Postfix has words of its own for what is let in.
      await eventually(door.output, () => /Forwarded for client\.sender\.test/.test(door.output()) || undefined);
    });
  });

  test("Postfix in front with a queue of its own: mail comes to us", async () => {
    const door = await startFrontDoor(runtime);
    const more = block("postfix-relay:main.cf", { 2525: door.port });
    const server = await startPostfix({ more });
    await closing(door, server, async () => {
      await goesThrough(server.port, "relayed", () => door.messages(), () => server.log() + door.output());
    });
  });
}

function eximTests(runtime: Runtime): void {
  test("Exim behind us: mail goes through, and who is unknown there is refused to our client", async () => {
    const port = await freePort();
    const ports = { 10025: port };
    const [main, acls] = [block("exim-behind:main", ports), block("exim-behind:acl")];
    const server = await startExim({ port, domain: "reader.test", door: main, acls });
    const door = await startFrontDoor(runtime, { top: own("in-front:qpsmtpd.toml", ports) });
    await closing(door, server, async () => {
      await goesThrough(door.port, "behind", () => server.mailbox("reader"), server.log);
      assert.match(await send(door.port, "stranger@reader.test", shortMessage("x")), /^550 /);
    });
  });

  test("Exim in front: mail comes to us, and whom we refuse its client is refused", async () => {
    const [door, port] = [await startFrontDoor(runtime), await freePort()];
    const transports = block("exim-front:transports", { 2525: door.port });
    const listens = `local_interfaces = 127.0.0.1\ndaemon_smtp_ports = ${port}\nacl_smtp_rcpt = rcpt_to_qpsmtpd`;
    const [acls, routers] = [block("exim-front:acl"), block("exim-front:routers")];
    const server = await startExim({ port, door: listens, acls, routers, transports });
    await closing(door, server, async () => {
      await goesThrough(port, "relayed", () => door.messages(), () => server.log() + door.output());
      assert.match(await send(port, `${fates.refused}@reader.test`, shortMessage("x")), /^550/);
    });
  });
}

function sendmailTests(runtime: Runtime): void {
  test("sendmail behind us: mail goes through, and who is unknown there is refused to our client", async () => {
    const port = await freePort();
    const door = block("sendmail-behind:sendmail.mc", { 10025: port });
    const server = await startSendmail({ port, domain: "reader.test", door });
    const ours = await startFrontDoor(runtime, { top: own("in-front:qpsmtpd.toml", { 10025: port }) });
    await closing(ours, server, async () => {
      // It puts its own name in the place of localhost's.
      const mailbox = (): readonly string[] => {
        return server.mailbox("reader").map((text) => text.replace("<reader@sendmail.test>", "<reader@localhost>"));
      };
      await goesThrough(ours.port, "behind", mailbox, server.log);
      assert.match(await send(ours.port, "stranger@reader.test", shortMessage("x")), /^550 5\.1\.1 .*User unknown/s);
    });
  });
}

function haproxyTests(runtime: Runtime): void {
  test("HAProxy in front: mail comes to us with the client that the proxy tells of", async () => {
    const front = await freePort();
    const listeners = block("haproxy-front:qpsmtpd.toml", { 2525: 0 });
    const door = await startFrontDoor(runtime, { listeners });
    const file = join(door.folder, "haproxy.cfg");
    writeFileSync(
      file,
      block("haproxy-front:haproxy.cfg", { 2525: door.port }).replace("bind :25", `bind 127.0.0.1:${front}`),
    );
    const proxy = await startListening("haproxy", ["-db", "-f", file], front);
    try {
      await goesThrough(front, "proxied", () => door.messages(), door.output);
      await eventually(door.output, () => / connected .*proxy=127\.0\.0\.1/.test(door.output()) || undefined);
    } finally {
      await proxy.stop();
      assert.equal(await door.stop(), 0, door.output());
    }
  });
}

for (const runtime of runtimes) {
  describe(
    `production with Postfix on ${runtime.name}`,
    { skip: lacking("postfix"), concurrency: true },
    () => postfixTests(runtime),
  );
  describe(
    `production with Exim on ${runtime.name}`,
    { skip: lackingRoot(), concurrency: true },
    () => eximTests(runtime),
  );
  describe(`production with sendmail on ${runtime.name}`, { skip: lackingRoot() }, () => sendmailTests(runtime));
  describe(`production with HAProxy on ${runtime.name}`, { skip: lacking("haproxy") }, () => haproxyTests(runtime));
}
