import assert from "node:assert/strict";
import { test } from "node:test";
import { type CommandLine, type Environment, parseCommandLine } from "./arguments.ts";

const address = (host: string, port: number): { host: string; port: number } => ({ host, port });
const usage = (problem: string): CommandLine => ({ kind: "usage", problem });

const rows: readonly (readonly [argv: string, line: CommandLine, environment?: Environment])[] = [
  ["", { kind: "serve" }],
  ["serve", { kind: "serve" }],
  ["check", { kind: "check" }],
  ["hooks", { kind: "hooks" }],
  ["--config a.toml", { kind: "serve", config: "a.toml" }],
  ["check --config=a.toml", { kind: "check", config: "a.toml" }],
  ["--config a --config b", { kind: "serve", config: "b" }],
  ["--config=-a", { kind: "serve", config: "-a" }],
  ["--listen 127.0.0.1:25", { kind: "serve", listen: [address("127.0.0.1", 25)] }],
  ["--listen 127.0.0.1:0 hooks --listen=[::1]:25", {
    kind: "hooks",
    listen: [address("127.0.0.1", 0), address("::1", 25)],
  }],
  ["--state /srv/mail", { kind: "serve", state: "/srv/mail" }],
  ["plugin build a.ts", { kind: "plugin build", source: "a.ts" }],
  ["plugin build a.ts -o b.wasm", { kind: "plugin build", source: "a.ts", out: "b.wasm" }],
  ["plugin -ob.wasm build a.ts", { kind: "plugin build", source: "a.ts", out: "b.wasm" }],
  ["plugin build --out=b.wasm -- -a.ts", { kind: "plugin build", source: "-a.ts", out: "b.wasm" }],
  ["plugin inspect a.wasm", { kind: "plugin inspect", file: "a.wasm" }],
  ["password a@b", { kind: "password", user: "a@b" }],
  ["--help", { kind: "help" }],
  ["-h check", { kind: "help" }],
  ["help", { kind: "help" }],
  ["--version", { kind: "version" }],

  // The environment stands in for flags that are not given, and for those only.
  ["", { kind: "serve", config: "e.toml" }, { QPSMTPD_CONFIG: "e.toml" }],
  ["--config a.toml", { kind: "serve", config: "a.toml" }, { QPSMTPD_CONFIG: "e.toml" }],
  ["", { kind: "serve", listen: [address("::1", 25), address("a", 26)] }, { QPSMTPD_LISTEN: "[::1]:25, a:26" }],
  ["--listen b:27", { kind: "serve", listen: [address("b", 27)] }, { QPSMTPD_LISTEN: "wrong" }],
  ["check", { kind: "check", state: "s" }, { QPSMTPD_STATE: "s" }],
  ["", { kind: "serve" }, { QPSMTPD_CONFIG: "", QPSMTPD_LISTEN: "", QPSMTPD_STATE: "" }],
  ["plugin inspect a.wasm", { kind: "plugin inspect", file: "a.wasm" }, { QPSMTPD_LISTEN: "wrong" }],
  ["", usage(`QPSMTPD_LISTEN: expected HOST:PORT, [IPV6]:PORT, unix:/PATH, fd:NUMBER or systemd:NAME, got "wrong"`), {
    QPSMTPD_LISTEN: "a:25,wrong",
  }],

  ["chekc", usage(`unknown command "chekc", did you mean "check"?`)],
  ["frobnicate", usage(`unknown command "frobnicate"`)],
  ["plugin", usage("plugin: build or inspect?")],
  ["plugin buidl a.ts", usage(`unknown command "plugin buidl", did you mean "plugin build"?`)],
  ["plugin build", usage("plugin build needs the plugin's source, IN.ts")],
  ["plugin inspect", usage("plugin inspect needs the plugin, FILE.wasm")],
  ["password", usage("password needs the user's name, USER")],
  ["password a@b secret", usage(`password takes no "secret"`)],
  ["plugin inspect a b", usage(`plugin inspect takes no "b"`)],
  ["serve now", usage(`serve takes no "now"`)],
  ["--confg a", usage(`unknown flag "--confg", did you mean "--config"?`)],
  ["--confg=a", usage(`unknown flag "--confg", did you mean "--config"?`)],
  ["--no-config", usage(`unknown flag "--no-config", did you mean "--config"?`)],
  ["-x", usage(`unknown flag "-x"`)],
  ["--__proto__", usage(`unknown flag "--__proto__"`)],
  ["--config", usage("--config needs a value")],
  ["--config=", usage("--config needs a value")],
  ["--config --listen a:1", usage("--config needs a value")],
  ["plugin build a.ts -o", usage("-o needs a value")],
  ["--help=yes", usage("--help takes no value")],
  ["--listen 25", usage(`--listen: expected HOST:PORT, [IPV6]:PORT, unix:/PATH, fd:NUMBER or systemd:NAME, got "25"`)],
  [
    "--listen a:1 --listen ::1:25",
    usage(`--listen: expected HOST:PORT, [IPV6]:PORT, unix:/PATH, fd:NUMBER or systemd:NAME, got "::1:25"`),
  ],
  ["serve -o a", usage("serve takes no --out")],
  ["plugin build a.ts --state b", usage("plugin build takes no --state")],
  ["che\u001b[31mck", usage(`unknown command "che\\u{1b}[31mck"`)],
];

for (const [argv, line, environment = {}] of rows) {
  test(`command line: ${JSON.stringify(argv)} ${Object.entries(environment).join(" ")}`, () => {
    assert.deepEqual(parseCommandLine(argv.split(" ").filter((word) => word !== ""), environment), line);
  });
}
