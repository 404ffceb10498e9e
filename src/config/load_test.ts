import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { defaultLimits } from "../plugins/plugin_limits.ts";
import { plainPolicy } from "../policy/policy.ts";
import { loadText } from "../../test/support/load_text.ts";
import { loadConfig } from "./load.ts";

/** A plugin's table that says nothing of these. */
const silent = { grant: [], state: "fresh", limits: defaultLimits, policy: plainPolicy, order: 0, off: false } as const;

const top =
  "hostname, listen, listener, tls, auth, trust, smuggling, extensions, authentication_results, overload, process, policy, lists, state, limits, timeouts, spool, delivery, log, receipts, dns, database, reload, admin, telemetry, plugins, plugin";
const limitKeys =
  "message_size, header_size, header_fields, recipients, sessions, connections_per_address, connections_per_network, network_prefix_v4, network_prefix_v6, commands, transactions, refusals, slowest";

/** Bad files and everything that is said of them; the file's name stands before each line. */
const bad: readonly (readonly [text: string, ...problems: string[]])[] = [
  [`hostname = "a_b"`, `hostname: expected a domain name such as mx.example.org, got "a_b"`],
  [`hostname = ""`, `hostname: expected a domain name such as mx.example.org, got ""`],
  [`hostname = 5`, `hostname: expected a domain name such as mx.example.org, got 5`],
  [`listen = "127.0.0.1:25"`, `listen: expected a list of 1 to 100, got "127.0.0.1:25"`],
  [`listen = []`, `listen: expected a list of 1 to 100, got an empty list`],
  [
    `listen = ["[::1]:25", "::1:25"]`,
    `listen.2: expected HOST:PORT, [IPV6]:PORT, unix:/PATH, fd:NUMBER or systemd:NAME, got "::1:25"`,
  ],
  [
    `listen = ["a:70000", 25]`,
    `listen.1: expected HOST:PORT, [IPV6]:PORT, unix:/PATH, fd:NUMBER or systemd:NAME, got "a:70000"`,
    `listen.2: expected HOST:PORT, [IPV6]:PORT, unix:/PATH, fd:NUMBER or systemd:NAME, got 25`,
  ],
  [`state = ""`, `state: expected a path, got ""`],
  [`state = "a\\u0000b"`, `state: expected a path, got "a\\u{0}b"`],
  [
    `state = "/srv/%d"`,
    `state: "/srv/%d" has a %, which would be taken for a placeholder in the Maildir's path: move it`,
  ],
  [`limits = 5`, `limits: expected a table, got 5`],
  [`limits.message_size = "lots"`, `limits.message_size: expected a size such as 25MB, got "lots"`],
  [`limits.message_size = 25000000`, `limits.message_size: expected a size such as 25MB, got 25000000`],
  [`limits.header_size = "0KB"`, `limits.header_size: expected a size such as 256KB, got "0KB"`],
  [`limits.recipients = 0`, `limits.recipients: expected a whole number from 1 to 100000, got 0`],
  [`limits.sessions = 1.5`, `limits.sessions: expected a whole number from 1 to 100000, got 1.5`],
  [`limits.refusals = "many"`, `limits.refusals: expected a whole number from 1 to 100000, got "many"`],
  [
    `limits.mesage_size = "1MB"`,
    `limits.mesage_size: unknown key, did you mean "message_size"? (allowed: ${limitKeys})`,
  ],
  [
    `timeouts.command = "5 minutes"`,
    `timeouts.command: expected a time such as 5m (units ms, s, m, h, d; at most 24d), got "5 minutes"`,
  ],
  [
    `timeouts.shutdown = "90d"`,
    `timeouts.shutdown: expected a time such as 30s (units ms, s, m, h, d; at most 24d), got "90d"`,
  ],
  [`spool.memory_threshold = true`, `spool.memory_threshold: expected a size such as 1MB, got true`],
  [`delivery.backend = "qmail"`, `delivery.backend: expected "maildir", "discard" or "smtp", got "qmail"`],
  [
    `delivery.backend = "smtp"`,
    `delivery.smtp.host: missing; delivery.backend = "smtp" needs the next server's name or address`,
  ],
  [
    `delivery.maildir.path = "%x/mail"`,
    `delivery.maildir.path: expected a path with no placeholders but %l, %d and %u, got "%x/mail"`,
  ],
  [`delivery.smtp.host = "a b"`, `delivery.smtp.host: expected a host name or an IP address, got "a b"`],
  [`delivery.smtp.port = 65536`, `delivery.smtp.port: expected a whole number from 1 to 65535, got 65536`],
  [
    `delivery.smtp.timeouts.data = []`,
    `delivery.smtp.timeouts.data: expected a time such as 10m (units ms, s, m, h, d; at most 24d), got an empty list`,
  ],
  [
    `delivery.smtp.timeouts.conect = "5s"`,
    `delivery.smtp.timeouts.conect: unknown key, did you mean "connect"? (allowed: connect, command, data)`,
  ],
  [`log.level = "verbose"`, `log.level: expected "debug", "info", "warn" or "error", got "verbose"`],
  [`log.format = {}`, `log.format: expected "text" or "json", got a table`],
  [`plugins.directories = [""]`, `plugins.directories.1: expected a path, got ""`],
  [
    `dns.servers = ["192.0.2.53", "ns.example.org", "192.0.2.53:0"]`,
    `dns.servers.2: expected an IP address such as 192.0.2.53 or [2001:db8::53]:5353, got "ns.example.org"`,
    `dns.servers.3: expected an IP address such as 192.0.2.53 or [2001:db8::53]:5353, got "192.0.2.53:0"`,
  ],
  [
    `dns.timeout = 5`,
    `dns.timeout: expected a time such as 5s (units ms, s, m, h, d; at most 24d), got 5`,
  ],
  [`reload.watch = "yes"`, `reload.watch: expected true or false, got "yes"`],
  [`hostnme = "x"`, `hostnme: unknown key, did you mean "hostname"? (allowed: ${top})`],
  [`me = 1\n"a b\\n" = 2`, `me: unknown key (allowed: ${top})`, `"a b\\n": unknown key (allowed: ${top})`],
  [
    `state = 1\nlimits.x = 1\nlog.level = 2`,
    `state: expected a path, got 1`,
    `log.level: expected "debug", "info", "warn" or "error", got 2`,
    `limits.x: unknown key (allowed: ${limitKeys})`,
  ],
  [`a = 1\nb = lots`, `line 2, column 5: invalid value, in: b = lots`],
  [`state = "a`, `line 1, column 9: unfinished string, in: state = "a`],
];

for (const [text, ...expected] of bad) {
  test(`config: refused with dotted paths: ${text.replaceAll("\n", " ")}`, async () => {
    const { loaded, folder } = await loadText(text);
    const file = join(folder, "config/qpsmtpd.toml");
    assert.deepEqual(loaded, { kind: "problems", problems: expected.map((problem) => `${file}: ${problem}`) });
  });
}

test("config: a value is shown without control characters and not at length", async () => {
  const { loaded } = await loadText(`log.level = "\\u001b[31m${"x".repeat(100_000)}"`);
  assert.ok(loaded.kind === "problems" && loaded.problems[0] !== undefined);
  assert.match(loaded.problems[0], /got "\\u\{1b\}\[31mx{55}…"$/);
});

test("config: a line that is no TOML is shown without control characters and not at length", async () => {
  const { loaded } = await loadText(`x = \u009b${"y".repeat(100_000)}`);
  assert.ok(loaded.kind === "problems" && loaded.problems[0] !== undefined);
  assert.match(loaded.problems[0], /in: x = \\u\{9b\}y{95}$/);
});

test("config: thousands of problems do not print a book", async () => {
  const { loaded } = await loadText(Array.from({ length: 5000 }, (_, i) => `k${i} = 1`).join("\n"));
  assert.ok(loaded.kind === "problems");
  assert.equal(loaded.problems.length, 101);
  assert.match(loaded.problems[100] ?? "", /and 4900 more problems$/);
});

test("config: keys that reach into objects are unknown keys or refused", async () => {
  for (const text of ["__proto__.x = 1", "constructor = 1", "limits.__proto__ = {}", "toString = 1"]) {
    assert.equal((await loadText(text)).loaded.kind, "problems", text);
  }
});

const unreadable: readonly (readonly [path: string, problem: RegExp])[] = [
  [
    "/nonexistent/qpsmtpd.toml",
    /^\/nonexistent\/qpsmtpd\.toml: no such file: name one by --config FILE or QPSMTPD_CONFIG, or make one by "qpsmtpd init config"$/,
  ],
  ["/dev/null/x.toml", /^\/dev\/null\/x\.toml: no such file/],
  ["/dev", /^\/dev: cannot be read: it is a folder, not a file$/],
  ["/dev/zero", /^\/dev\/zero: cannot be read: it is not a regular file$/],
];

test("config: a file that cannot be read is one line, and a device is not waited for", async () => {
  for (const [path, problem] of unreadable) {
    const loaded = await loadConfig(path);
    assert.ok(loaded.kind === "problems" && loaded.problems.length === 1, path);
    assert.match(loaded.problems[0] ?? "", problem);
  }
});

test("config: a file that is not UTF-8 or too large is one line", async () => {
  for (
    const [octets, why] of [[Uint8Array.of(0xff, 0x0a), "not text in UTF-8"], [
      new Uint8Array(1_000_001),
      "larger",
    ]] as const
  ) {
    const { loaded } = await loadText(octets);
    assert.ok(loaded.kind === "problems");
    assert.match(loaded.problems.join(), new RegExp(`cannot be read: it is ${why}`));
  }
});

test("config: an empty file is complete by its defaults", async () => {
  const { loaded, folder } = await loadText(`hostname = "mx.test"`);
  assert.ok(loaded.kind === "config");
  assert.deepEqual(loaded.config, {
    file: `${folder}/config/qpsmtpd.toml`,
    folder: `${folder}/config`,
    hostname: "mx.test",
    listen: [{ host: "127.0.0.1", port: 2525, tls: "offered", mode: "smtp", proxy: false }],
    tls: { certificates: [], minimum: "TLSv1.2", clientCertificates: "off" },
    auth: { mechanisms: ["PLAIN", "LOGIN"], withoutTls: false, attempts: 3, delay: 1000 },
    trust: { proxy: [], xclient: [], xforward: [] },
    smuggling: { policy: "reject", allow: [], pipelining: "reject" },
    extensions: {
      chunking: true,
      dsn: true,
      requiretls: true,
      mtPriority: false,
      deliverBy: false,
      futureRelease: false,
    },
    authenticationResults: { add: true, addToSubmissions: false },
    overload: { loopLag: 500, heap: 0, spoolFree: 100e6, openFiles: 90 },
    process: { workers: 1 },
    policy: { late: "rcpt", thresholds: {}, recipients: join(folder, "config/recipients") },
    lists: { urls: {}, refresh: 3_600_000, timeout: 10_000, size: 1_000_000 },
    state: `${folder}/var`,
    limits: {
      messageSize: 25e6,
      headerSize: 256e3,
      headerFields: 1000,
      recipients: 1000,
      sessions: 1000,
      connectionsPerAddress: 50,
      connectionsPerNetwork: 200,
      networkPrefixV4: 24,
      networkPrefixV6: 48,
      commands: 100_000,
      transactions: 10_000,
      refusals: 20,
      slowest: 100,
    },
    timeouts: {
      command: 300_000,
      data: 180_000,
      message: 1_800_000,
      session: 7_200_000,
      tls: 30_000,
      proxy: 5000,
      greetingDelay: 0,
      dataDelay: 0,
      shutdown: 30_000,
    },
    spool: { memoryThreshold: 1e6 },
    delivery: { backend: "maildir", path: `${folder}/var/maildir` },
    log: { targets: [{ kind: "stdout", format: "text", level: "info", accepted: "info", refused: "info" }] },
    receipts: { inReplies: true, keep: "all", size: 64e6, age: 1_209_600_000 },
    dns: { servers: [], timeout: 5000 },
    database: {},
    reload: { watch: false },
    admin: { listen: { host: "127.0.0.1", port: 2580 }, hosts: [], openMetrics: false },
    telemetry: {
      ...{ service: "qpsmtpd", sample: 1, addresses: false, gzip: false },
      ...{ queue: 4096, interval: 5000, timeout: 10_000 },
    },
    plugins: { directories: [], signatures: "off", trustedKeys: [] },
    plugin: [],
  });
});

test("config: paths are relative to the file, the maildir to state, plugins keep their order", async () => {
  const { loaded, folder } = await loadText(`
    state = "/srv/mail"
    delivery.maildir.path = "%d/%l"
    plugins.directories = ["p", "/opt/p", "~/p"]
    plugin = [{ name = "b", label = "b2", file = "../b.wasm", on_error = "pass" }, { name = "b", settings = { max = 1 } }]`);
  assert.ok(loaded.kind === "config");
  assert.deepEqual(loaded.config.delivery, { backend: "maildir", path: "/srv/mail/%d/%l" });
  assert.deepEqual(loaded.config.plugins.directories, [`${folder}/config/p`, "/opt/p", `${folder}/config/~/p`]);
  assert.deepEqual(loaded.config.plugin, [
    { name: "b", label: "b2", file: `${folder}/b.wasm`, onError: "pass", settings: {}, ...silent },
    { name: "b", label: "b", settings: { max: 1 }, ...silent },
  ]);
});

test("config: name servers are addresses with a port, 53 if not said", async () => {
  const { loaded } = await loadText(`dns = { servers = ["192.0.2.53", "[2001:db8::53]:5353"], timeout = "2s" }`);
  assert.ok(loaded.kind === "config", JSON.stringify(loaded));
  const servers = [{ address: "192.0.2.53", port: 53 }, { address: "2001:db8::53", port: 5353 }];
  assert.deepEqual(loaded.config.dns, { servers, timeout: 2000 });
});

test("config: the SMTP backend greets by the hostname unless told otherwise", async () => {
  const { loaded } = await loadText(`hostname = "mx.test"\ndelivery = { backend = "smtp", smtp = { host = "::1" } }`);
  assert.ok(loaded.kind === "config");
  assert.deepEqual(loaded.config.delivery, {
    backend: "smtp",
    host: "::1",
    port: 25,
    hello: "mx.test",
    protocol: "smtp",
    implicitTls: false,
    authWithoutTls: false,
    connections: 20,
    timeouts: { connect: 30_000, command: 300_000, data: 600_000 },
  });
});

test("config: the command line's listen and state stand in for the file's, and move the maildir", async () => {
  const overrides = { listen: [{ host: "::1", port: 0 }], state: "/elsewhere" };
  const { loaded } = await loadText(`listen = ["127.0.0.1:25"]\nstate = "/srv"`, overrides);
  assert.ok(loaded.kind === "config");
  assert.deepEqual(loaded.config.listen, [{ host: "::1", port: 0, tls: "offered", mode: "smtp", proxy: false }]);
  assert.deepEqual(loaded.config.delivery, { backend: "maildir", path: "/elsewhere/maildir" });
});
