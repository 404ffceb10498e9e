import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePluginLine, readArguments } from "./plugin_line.ts";

const lines: readonly (readonly [text: string, name: string, folder: string, words: string, instance?: string])[] = [
  ["rcpt_ok", "rcpt_ok", "", ""],
  ["dnsbl  reject\tnaughty", "dnsbl", "", "reject naughty"],
  ["auth/auth_flat_file", "auth_flat_file", "auth", ""],
  ["queue/smtp-forward 127.0.0.1 26", "smtp-forward", "queue", "127.0.0.1 26"],
  ["rcpt_map:1 domain a.example", "rcpt_map", "", "domain a.example", "1"],
  ["async/dnsbl", "dnsbl", "async", ""],
  ["async/queue/smtp-forward x", "smtp-forward", "queue", "x"],
  ["check_earlytalker", "earlytalker", "", ""],
  ["check_spamhelo", "helo", "", ""],
  ["relay_only", "relay", "", "only 1"],
  ["local/dnsbl", "local/dnsbl", "local", ""],
  ["My::Own::Plugin a", "My::Own::Plugin", "", "a"],
];

test("a line is a plugin, its folder, its instance and words; a plugin of one's own keeps its folder", () => {
  for (const [text, name, folder, words, instance] of lines) {
    const line = parsePluginLine({ text, place: "plugins:1" });
    assert.deepEqual(
      [line.name, line.folder, line.words.join(" "), line.instance],
      [name, folder, words, instance],
      text,
    );
  }
});

const known = ["reject", "wait"];
const words: readonly (readonly [text: string, pairs: string, bare?: string])[] = [
  ["", ""],
  ["reject 0 wait 3", "reject:0 wait:3"],
  ["reject=0 wait=", "reject:0 wait:"],
  ["4", "max:4", "max"],
  ["4 reject 0", "max:4 reject:0", "max"],
  ["reject 0", "reject:0", "max"],
  ["reject", "reject:undefined"],
];

test("arguments are pairs, or what a plugin takes as its first word", () => {
  for (const [text, pairs, bare] of words) {
    const read = readArguments(text.split(" ").filter((word) => word !== ""), known, bare);
    assert.equal(read.map(({ name, value }) => `${name}:${value}`).join(" "), pairs, text);
  }
});
