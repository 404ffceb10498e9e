// What may be configured and is told of all the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadText } from "../../test/support/load_text.ts";

const doubtful: readonly (readonly [text: string, warning: string])[] = [
  [`limits.recipients = 99`, "limits.recipients: RFC 5321 §4.5.3.1.8 wants at least 100"],
  [`limits.message_size = "60KB"`, "limits.message_size: RFC 5321 §4.5.3.1.7 wants at least 64KiB"],
  [`delivery.backend = "discard"`, `delivery.backend: "discard" throws every accepted message away`],
  ...["0.0.0.0:2580", "[::]:2580", "192.0.2.1:2580", "mx.example.org:2580"].map((address): [string, string] => [
    `admin.listen = "${address}"`,
    "admin.listen: others than this machine reach it, and it speaks no TLS, so tokens and what is in mail can be read " +
    "on the way: use a loopback address or a Unix socket, and a proxy with TLS or SSH in front",
  ]),
  [`trust.xclient = ["0.0.0.0/0"]`, "trust.xclient: holds every address, so anybody may say that he is anybody"],
  [`trust.proxy = ["192.0.2.1", "::/0"]`, "trust.proxy: holds every address, so anybody may say that he is anybody"],
  [`trust.xforward = ["0.0.0.0/0"]`, "trust.xforward: holds every address, so anybody may say that he is anybody"],
];

const undoubted: readonly string[] = [
  ...["127.0.0.1:2580", "127.9.9.9:2580", "[::1]:2580", "localhost:2580", "unix:/run/x", "off"].map((address) => {
    return `admin.listen = "${address}"`;
  }),
  `trust.xclient = ["10.0.0.0/8", "fc00::/7"]`,
];

test("config: an API that this machine alone reaches, and networks of one's own, are no doubtful thing", async () => {
  for (const text of undoubted) {
    const { loaded } = await loadText(`${text}\n[[plugin]]\nname = "a"`);
    assert.ok(loaded.kind === "config", JSON.stringify(loaded));
    assert.deepEqual(loaded.warnings, []);
  }
});

test("config: what is allowed but doubtful is a warning", async () => {
  for (const [text, warning] of doubtful) {
    const { loaded, folder } = await loadText(`${text}\n[[plugin]]\nname = "a"`);
    assert.ok(loaded.kind === "config");
    assert.deepEqual(loaded.warnings, [`${folder}/config/qpsmtpd.toml: ${warning}`]);
  }
  const { loaded } = await loadText("");
  assert.ok(loaded.kind === "config");
  assert.match(loaded.warnings.join(), /plugin: there are no plugins, so every recipient is refused$/);
});
