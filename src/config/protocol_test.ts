// What clients meet, as configured: listeners, TLS, AUTH, trust; and every mistake in it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadText } from "../../test/support/load_text.ts";

/** Bad files and what is said of them. */
const bad: readonly (readonly [text: string, problem: string])[] = [
  [
    `listener = [{ address = "25" }]`,
    `listener.1.address: expected HOST:PORT, [IPV6]:PORT, unix:/PATH, fd:NUMBER or systemd:NAME, got "25"`,
  ],
  [
    `listener = [{ address = "[::]:25", tls = "on" }]`,
    `listener.1.tls: expected "off", "offered", "required" or "implicit", got "on"`,
  ],
  [
    `listener = [{ address = "[::]:25", proxy = true }]`,
    `listener.1.proxy: true, but trust.proxy is empty, so nobody could connect: name the proxies there`,
  ],
  [
    `listener = [{ address = "127.0.0.1:25", mode = "submission", tls = "off" }]`,
    `listener.1.tls: "off", but AUTH is offered in TLS alone, so nobody could submit a message: ` +
    `leave it out, or set auth.without_tls`,
  ],
  [
    `listen = ["[::1]:25", "127.0.0.1:25"]\nlistener = [{ address = "[::1]:25" }]`,
    `listen: "[::1]:25" is named twice, here or by a [[listener]]`,
  ],
  [
    `trust.xclient = ["192.0.2.7/24"]`,
    `trust.xclient.1: expected 192.0.2.0/24 (or 192.0.2.7 for that address alone), got "192.0.2.7/24"`,
  ],
  [`auth.mechanisms = ["PLAIN", "PLAIN"]`, `auth.mechanisms: "PLAIN" stands here twice`],
  [
    `auth.mechanisms = ["EXTERNAL"]`,
    `auth.mechanisms: "EXTERNAL" needs tls.client_certificates = "ask"`,
  ],
  [
    `tls.client_certificates = "ask"`,
    `tls.client_authorities: missing; without it no client's certificate can be believed`,
  ],
  [
    `tls.certificates = ["mx.pem"]`,
    `tls.certificates.1: expected a table such as { certificate = "tls/mx.pem", key = "tls/mx.key" }, got "mx.pem"`,
  ],
  [`delivery.smtp.user = "me"`, `delivery.smtp: user and password_file go together, and one of them is missing`],
  [
    `timeouts.greeting_delay = "soon"`,
    `timeouts.greeting_delay: expected a time such as 2s, or 0s for none, got "soon"`,
  ],
  [`overload.heap = "much"`, `overload.heap: expected a size such as 100MB, or 0B for no bound, got "much"`],
  [`process.user = "a b"`, `process.user: expected the name of a user or a group, got "a b"`],
];

for (const [text, problem] of bad) {
  test(`config: refused with its place: ${text}`, async () => {
    const { loaded, folder } = await loadText(`hostname = "mx.test"\n${text}`);
    assert.deepEqual(loaded, { kind: "problems", problems: [`${folder}/config/qpsmtpd.toml: ${problem}`] });
  });
}

test("config: listeners stand beside listen, submission requires TLS unless told otherwise", async () => {
  const listenersOf = async (toml: string): Promise<readonly string[]> => {
    const { loaded } = await loadText(`hostname = "mx.test"\n${toml}`);
    assert.ok(loaded.kind === "config", JSON.stringify(loaded));
    return loaded.config.listen.map(({ port, mode, tls }) => `${port} ${mode} ${tls}`);
  };
  const submission = `[[listener]]\naddress = "[::1]:587"\nmode = "submission"`;
  assert.deepEqual(await listenersOf(submission), ["587 submission required"]);
  assert.deepEqual(await listenersOf(`listen = ["[::1]:25"]\n${submission}`), [
    "25 smtp offered",
    "587 submission required",
  ]);
  assert.deepEqual(await listenersOf(`${submission}\ntls = "implicit"`), ["587 submission implicit"]);
  assert.deepEqual(await listenersOf(`[[listener]]\naddress = "[::1]:24"\nmode = "lmtp"`), ["24 lmtp offered"]);
});
