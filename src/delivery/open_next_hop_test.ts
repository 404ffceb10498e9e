// The files that the way to the next server needs.

import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { apiCertificate } from "../../test/support/api_certificate.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { readHopSecrets } from "./hop_secrets.ts";
import { type HopChoice, hopSettings } from "./hop_settings.ts";
import { openNextHop } from "./open_next_hop.ts";

const folder = temporaryFolder();
const timeouts = { connect: 1, command: 1, data: 1 };
const place: HopChoice = { host: "mx.test", port: 25, hello: "me.test", connections: 1, timeouts };
const verified: HopChoice = { ...place, tls: "verify", user: "u" };
let files = 0;

function file(text: string, mode = 0o600): string {
  const path = join(folder, `file${++files}`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const failures: readonly (readonly [title: string, choice: HopChoice, message: RegExp])[] = [
  [
    "no such file",
    { ...verified, passwordFile: join(folder, "none") },
    /^delivery\.smtp\.password_file: cannot use .*none/,
  ],
  ["an empty password", { ...verified, passwordFile: file("\n") }, /1 to 255 octets/],
  ["a NUL in it, which would end it in PLAIN", { ...verified, passwordFile: file("a\0b") }, /without NUL/],
  ["one too long", { ...verified, passwordFile: file("x".repeat(256)) }, /1 to 255 octets/],
  ["a file too large to be one", { ...verified, passwordFile: file("x".repeat(300)) }, /larger than 257/],
  ["a user without password", verified, /user and password_file need each other/],
  ["a password without user", { ...place, passwordFile: file("p") }, /user and password_file need each other/],
  ["nobody to verify", { ...place, host: "", path: "/run/lmtp", tls: "verify" }, /^delivery\.smtp\.tls_name: missing/],
  ["authorities that are none", { ...place, ca: file("hello") }, /^delivery\.smtp\.ca: .* no PEM certificate/],
  ["broken ones", {
    ...place,
    ca: file("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
  }, /no PEM certificate/],
];

for (const [title, choice, message] of failures) {
  test(`not opened: ${title}`, async () => {
    const opened = await openNextHop(choice, () => {});
    assert.ok(opened.kind === "failed");
    assert.match(opened.message, message);
    assert.doesNotMatch(opened.message, /xxx|hello/, "no content of a file in a message");
  });
}

test("the password is the file without its line end, and the authorities are the file", async () => {
  const choice = { ...verified, passwordFile: file(" p w \r\n"), ca: file(apiCertificate.cert) };
  assert.deepEqual(await readHopSecrets(choice), {
    kind: "secrets",
    secrets: { authorities: apiCertificate.cert, password: " p w " },
    warnings: [],
  });
});

test("a password that others can read, or that goes to anybody, is warned of", async () => {
  const warnings: string[] = [];
  const choice: HopChoice = { ...verified, tls: "must", passwordFile: file("p", 0o604) };
  const opened = await openNextHop(choice, (level, _, fields) => void warnings.push(`${level} ${fields?.["warning"]}`));
  assert.ok(opened.kind === "delivery" && opened.delivery.description === "smtp mx.test:25");
  assert.deepEqual(
    warnings.map((warning) => warning.slice(0, 33)),
    [
      "warn delivery.smtp.tls: the passwo",
      "warn delivery.smtp.password_file: ",
    ].map((text) => text.slice(0, 33)),
  );
});

test("what is left out has its default", () => {
  const { log: _, ...settings } = hopSettings(place);
  assert.deepEqual(settings, {
    ...place,
    protocol: "smtp",
    tls: "may",
    implicitTls: false,
    tlsName: "mx.test",
  });
  assert.equal(hopSettings({ ...place, path: "/run/lmtp" }).tls, "off");
  assert.equal(hopSettings({ ...place, implicitTls: true }).tls, "must");
  assert.equal(hopSettings({ ...place, implicitTls: true, tls: "verify" }).tls, "verify");
});
