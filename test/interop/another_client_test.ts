// Who the client is, when a proxy or another server says so: PROXY, XCLIENT and XFORWARD by swaks and Postfix.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { startPostfix } from "../support/postfix.ts";
import { lacking } from "../support/programs.ts";
import { runtimes } from "../support/runtimes.ts";
import { submit } from "../support/submit.ts";
import { swaks } from "../support/swaks.ts";
import { endedWell, type Secured, startSecuredDoor } from "./secured_door.ts";
import { delivered, shortMessage } from "./sender_promises.ts";

const ends = ["--proxy-source-port", "4711", "--proxy-dest-port", "25"];
const four = ["--proxy-source", "192.0.2.7", "--proxy-dest", "192.0.2.25", ...ends];
const six = ["--proxy-source", "2001:db8::7", "--proxy-dest", "2001:db8::25", ...ends];

/** Not LOCAL: what swaks 20201014 sends for it is no header. */
const proxies: readonly [subject: string, options: readonly string[], client: string][] = [
  ["v1 over IPv4", ["--proxy-version", "1", "--proxy-family", "TCP4", ...four], "[192.0.2.7]"],
  ["v1 over IPv6", ["--proxy-version", "1", "--proxy-family", "TCP6", ...six], "[IPv6:2001:db8::7]"],
  ["v1 of unknown family", ["--proxy-version", "1", "--proxy", "UNKNOWN"], "[127.0.0.1]"],
  ["v2 over IPv4", ["--proxy-version", "2", "--proxy-family", "AF_INET", ...four], "[192.0.2.7]"],
  ["v2 and STARTTLS", ["--proxy-version", "2", "--proxy-family", "AF_INET", "--tls", ...four], "[192.0.2.7]"],
];

for (const runtime of runtimes) {
  describe(`another client, on ${runtime.name}`, { skip: lacking("swaks", "postfix"), concurrency: true }, () => {
    let secured: Secured;
    before(async () => {
      secured = await startSecuredDoor(runtime);
    });
    after(() => endedWell(secured));
    byProxy(() => secured);
    byXclient(() => secured);
    byXforward(() => secured);
  });
}

function byProxy(secured: () => Secured): void {
  for (const [subject, options, client] of proxies) {
    test(`swaks, PROXY ${subject}: the trace names ${client}`, async () => {
      const sent = await swaks(secured().ports.proxied, subject, ...options);
      assert.equal(sent.code, 0, sent.stdout + sent.stderr);
      const [text = ""] = secured().door.about(subject);
      assert.ok(text.includes(`Received: from client.sender.test (${client})\r\n`), text);
    });
  }

  const broken: readonly [string, readonly string[]][] = [
    ["no header", []],
    ["a header that is none", ["--proxy-version", "1", "--proxy", "TCP4 192.0.2.300 192.0.2.25 1 2"]],
  ];
  for (const [title, options] of broken) {
    test(`swaks, ${title}: nobody is greeted behind a proxy`, async () => {
      const sent = await swaks(secured().ports.proxied, "broken", "--timeout", "8", ...options);
      assert.notEqual(sent.code, 0);
      assert.doesNotMatch(sent.stdout, /^<.*220 /m);
    });
  }
}

function byXclient(secured: () => Secured): void {
  test("swaks, XCLIENT: from then on it is the other client, its login too", async () => {
    const options = ["--xclient-addr", "192.0.2.8", "--xclient-name", "eight.example", "--xclient-login", "someone"];
    const sent = await swaks(secured().ports.plain, "xclient", ...options);
    assert.equal(sent.code, 0, sent.stdout + sent.stderr);
    const [text = ""] = secured().door.about("xclient");
    assert.match(
      text,
      /^Received: from client\.sender\.test \((?:eight\.example )?\[192\.0\.2\.8\]\)\r\n\tby \S+ \S+ with ESMTPA /m,
    );
  });

  test("swaks, XCLIENT behind STARTTLS, over IPv6", async () => {
    const sent = await swaks(secured().ports.plain, "xclient-tls", "--tls", "--xclient-addr", "IPV6:2001:db8::8");
    assert.equal(sent.code, 0, sent.stdout + sent.stderr);
    assert.match(
      secured().door.about("xclient-tls")[0] ?? "",
      /\[IPv6:2001:db8::8\]\)\r\n\tby \S+ \S+ with ESMTPS\r\n/,
    );
  });

  test("swaks, a value that is none: 501, and the session goes on as itself", async () => {
    const bad = ["--xclient", "ADDR=not.an.address", "--xclient-optional"];
    const sent = await swaks(secured().ports.plain, "xclient-bad", ...bad);
    assert.match(sent.stdout, /^<\*\* 501 5\.5\.4 /m);
    assert.match(secured().door.about("xclient-bad")[0] ?? "", /\(\[127\.0\.0\.1\]\)/);
  });
}

function byXforward(secured: () => Secured): void {
  test("Postfix, XFORWARD: what it says of its client is taken", async () => {
    const server = await startPostfix({ next: secured().ports.plain, more: "smtp_send_xforward_command = yes" });
    try {
      await submit(server, {
        reversePath: "author@sender.test",
        forwardPaths: ["reader@reader.test"],
        lines: shortMessage("xforward"),
      });
      await delivered({ server, door: secured().door }, "xforward");
      // The plugin saw it, and told so.
      await eventually(() => server.log(), () => {
        return server.dialogues().flat().includes("< 250 2.1.5 Forwarded for client.sender.test") ? true : undefined;
      });
    } finally {
      await server.stop();
    }
  });
}
