// Which sockets were passed, and which place an address means.

import assert from "node:assert/strict";
import { test } from "node:test";
import { findPlace, type Inherited, inheritedSockets, parseNamedPlace } from "./inherited_sockets.ts";

const environments:
  readonly (readonly [title: string, environment: { [name: string]: string }, found: RegExp | string[]])[] = [
    ["nothing is set", {}, /no socket was passed/],
    ["sockets with names", { LISTEN_PID: "7", LISTEN_FDS: "2", LISTEN_FDNAMES: "smtp:submission" }, [
      "smtp",
      "submission",
    ]],
    ["sockets without names", { LISTEN_PID: "7", LISTEN_FDS: "2" }, ["unknown", "unknown"]],
    ["too few names", { LISTEN_PID: "7", LISTEN_FDS: "2", LISTEN_FDNAMES: "smtp" }, ["smtp", "unknown"]],
    ["an empty name", { LISTEN_PID: "7", LISTEN_FDS: "2", LISTEN_FDNAMES: ":b" }, ["unknown", "b"]],
    [
      "sockets of another process",
      { LISTEN_PID: "8", LISTEN_FDS: "1" },
      /to process "8", not to this one, 7: start the/,
    ],
    ["no process", { LISTEN_FDS: "1" }, /no socket was passed/],
    ["none", { LISTEN_PID: "7", LISTEN_FDS: "0" }, /LISTEN_FDS is "0"/],
    ["no number", { LISTEN_PID: "7", LISTEN_FDS: "1e3" }, /LISTEN_FDS is "1e3"/],
    ["too many", { LISTEN_PID: "7", LISTEN_FDS: "257" }, /LISTEN_FDS is "257"/],
  ];

for (const [title, environment, found] of environments) {
  test(`environment: ${title}`, () => {
    const sockets = inheritedSockets(environment, 7);
    if (Array.isArray(found)) assert.deepEqual(sockets, { kind: "sockets", names: found });
    else assert.match(sockets.kind === "none" ? sockets.why : "", found);
  });
}

const three: Inherited = { kind: "sockets", names: ["a", "b", "b"] };

const places: readonly (readonly [host: string, inherited: Inherited, place: object | RegExp])[] = [
  ["192.0.2.1", three, { host: "192.0.2.1", port: 25 }],
  ["2001:db8::1", three, { host: "2001:db8::1", port: 25 }],
  ["unix:/run/smtp.sock", three, { path: "/run/smtp.sock" }],
  ["fd:3", { kind: "none", why: "" }, { descriptor: 3 }],
  ["fd:258", three, { descriptor: 258 }],
  ["fd:2", three, /^fd:2: 0, 1 and 2 are input/],
  ["fd:259", three, /^fd:259: /],
  ["systemd", three, { descriptor: 3 }],
  ["systemd:a", three, { descriptor: 3 }],
  ["systemd:b", three, /^systemd:b: 2 sockets have that name: write fd:4, fd:5$/],
  ["systemd:c", three, /^systemd:c: no socket of that name was passed, but "a", "b", "b"$/],
  ["systemd", { kind: "none", why: "none was" }, /^systemd: none was$/],
];

for (const [host, inherited, place] of places) {
  test(`${host} among ${inherited.kind}`, () => {
    const found = findPlace({ host, port: 25 }, inherited);
    if (place instanceof RegExp) assert.match(found.kind === "problem" ? found.problem : "", place);
    else assert.deepEqual(found, { kind: "place", place });
  });
}

const texts: readonly (readonly [text: string, isNamed: boolean])[] = [
  ["fd:3", true],
  ["fd:", false],
  ["fd:1000", false],
  ["systemd", true],
  ["systemd:smtp.socket", true],
  ["systemd:", false],
  ["systemd:a:b", false],
  ["unix:/run/smtp.sock", true],
  ["unix:run/smtp.sock", false],
  [`unix:/${"x".repeat(106)}`, true],
  [`unix:/${"x".repeat(107)}`, false],
  ["unix:/run/a\nb", false],
  ["127.0.0.1:25", false],
  ["[fd::3]:25", false],
];

for (const [text, isNamed] of texts) {
  test(`${JSON.stringify(text.slice(0, 30))} is ${isNamed ? "a named place" : "none"}`, () => {
    assert.deepEqual(parseNamedPlace(text), isNamed ? { host: text, port: 0 } : undefined);
  });
}
