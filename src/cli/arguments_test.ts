import assert from "node:assert/strict";
import { test } from "node:test";
import { type CommandLine, parseCommandLine } from "./arguments.ts";
import type { Environment } from "./variables.ts";

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
  ["explain 1ke4z8q-7m2px40.1", { kind: "explain", code: "1ke4z8q-7m2px40.1", json: false }],
  ["explain (1ke4z8q) --json --state /s", { kind: "explain", code: "(1ke4z8q)", json: true, state: "/s" }],
  ["explain x --admin unix:/run/q", { kind: "explain", code: "x", json: false, admin: address("unix:/run/q", 0) }],
  ["explain x", { kind: "explain", code: "x", json: false, config: "c.toml" }, {
    QPSMTPD_CONFIG: "c.toml",
    QPSMTPD_LISTEN: "nonsense",
  }],
  ["explain", usage("explain needs the code, as it ends a refusal or stands in Received")],
  ["explain x --listen 127.0.0.1:25", usage("explain takes no --listen")],
  ["migrate /etc/qpsmtpd", { kind: "migrate", from: "/etc/qpsmtpd" }],
  ["migrate --to new old", { kind: "migrate", from: "old", to: "new" }],
  ["migrate", usage("migrate needs qpsmtpd's configuration folder, DIR")],
  ["migrate a b", usage(`migrate takes no "b"`)],
  ["health --listen a:25", { kind: "health", listen: [address("a", 25)] }],
  ["health", { kind: "health", admin: address("a", 1) }, { QPSMTPD_ADMIN: "a:1" }],
  ["init /etc/qpsmtpd", { kind: "init", folder: "/etc/qpsmtpd" }, { QPSMTPD_STATE: "/s" }],
  ["init --state /s c", { kind: "init", folder: "c", state: "/s" }],
  ["init", usage("init needs the folder to make, FOLDER")],
  ["check --to new", usage("check takes no --to")],
  ["--help", { kind: "help" }],
  ["-h check", { kind: "help" }],
  ["help", { kind: "help" }],
  ["--version", { kind: "version" }],

  // Where the API is: serve opens it there, health asks it there, and who opens nothing does not take it.
  ["--admin 127.0.0.1:0", { kind: "serve", admin: address("127.0.0.1", 0) }],
  ["serve --admin=[::1]:2580", { kind: "serve", admin: address("::1", 2580) }],
  ["--admin a:1 --admin unix:/run/q", { kind: "serve", admin: address("unix:/run/q", 0) }],
  ["--admin off", { kind: "serve", admin: "off" }, { QPSMTPD_ADMIN: "a:1" }],
  ["", { kind: "serve", admin: address("a", 1) }, { QPSMTPD_ADMIN: "a:1" }],
  ["health --admin a:1", { kind: "health", admin: address("a", 1) }],
  ["--admin 2580", usage(`--admin: expected HOST:PORT, [IPV6]:PORT, unix:/PATH or off, got "2580"`)],
  ["", usage(`QPSMTPD_ADMIN: expected HOST:PORT, [IPV6]:PORT, unix:/PATH or off, got "fd:3"`), {
    QPSMTPD_ADMIN: "fd:3",
  }],
  ["check --admin a:1", usage("check takes no --admin")],
  ["check", { kind: "check" }, { QPSMTPD_ADMIN: "wrong" }],
  ["token --admin a:1", usage("token takes no --admin")],
  ["token", { kind: "token" }, { QPSMTPD_ADMIN: "wrong", QPSMTPD_LISTEN: "wrong" }],
  ["token --role deploy --state s ci", { kind: "token", role: "deploy", state: "s", name: "ci" }],
  ["token a b", usage(`token takes no "b"`)],

  // What is asked of a running server.
  ["top --once", { kind: "top", once: true, json: false }],
  ["top --admin http://[::1]:2580/", { kind: "top", once: false, json: false, admin: address("::1", 2580) }],
  ["tail", { kind: "tail", wanted: { refused: false }, json: false }],
  ["tail --from @B.test --rcpt c@d --plugin p --refused --json", {
    kind: "tail",
    wanted: { from: "@b.test", rcpt: "c@d", plugin: "p", refused: true },
    json: true,
  }],
  ["reload", { kind: "reload", json: false, admin: address("a", 1), token: "t" }, {
    QPSMTPD_ADMIN: "a:1",
    QPSMTPD_TOKEN: "t",
  }],
  ["reload --token-file f", { kind: "reload", json: false, tokenFile: "f" }, { QPSMTPD_TOKEN: "t" }],
  ["reload", { kind: "reload", json: false, admin: "off" }, { QPSMTPD_ADMIN: "off" }],
  ["plugins", { kind: "plugins", action: { do: "list" }, json: false }],
  ["plugins p --json", { kind: "plugins", action: { do: "show", name: "p" }, json: true }],
  ["plugins deploy p f --dry-run", {
    kind: "plugins",
    action: { do: "deploy", name: "p", file: "f", dryRun: true },
    json: false,
  }],
  ["plugins rollback p", { kind: "plugins", action: { do: "rollback", name: "p" }, json: false }],
  ["plugins disable p", { kind: "plugins", action: { do: "disable", name: "p" }, json: false }],
  ["sessions", { kind: "sessions", action: { do: "list" }, json: false }],
  ["sessions x --json", { kind: "sessions", action: { do: "show", id: "x" }, json: true }],
  ["sessions end x", { kind: "sessions", action: { do: "end", id: "x" }, json: false }],
  ["sessions end", usage("sessions end needs the code of the session, as sessions shows it")],
  ["plugins deploy p", usage("plugins deploy needs the plugin, FILE.wasm")],
  ["plugins deploy p f g", usage(`plugins deploy takes no "g"`)],
  ["plugins p --dry-run", usage("plugins takes no --dry-run")],
  ["sessions x y", usage(`sessions takes no "y"`)],
  ["top --listen a:1", usage("top takes no --listen")],
  [
    "tail --ip 1.2.3",
    usage(
      `--ip: expected a network such as 192.0.2.0/24 or 2001:db8::/32, or an address, got "1.2.3"`,
    ),
  ],
  [
    "top --admin https://a:1",
    usage(`--admin: expected http://HOST:PORT, HOST:PORT, [IPV6]:PORT or unix:/PATH, got "https://a:1"`),
  ],

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
  ["plugin", usage("plugin: build, inspect, keygen or sign?")],
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
