// Upstream's tests of the hook runner, the configuration, the store and what lies around them.

import { absent, differs, shownIn, type UpstreamTest } from "./reference_case.ts";

const settle = shownIn("src/hooks/settle_test.ts");
const session = shownIn("src/smtp/session_test.ts");
const converse = shownIn("src/connection/converse_test.ts");
const calls = shownIn("src/plugins/plugin_test.ts");
const sandbox = shownIn("src/plugins/sandbox_long_test.ts");
const load = shownIn("src/config/load_test.ts");
const list = shownIn("src/config/list_file_test.ts");
const lists = shownIn("src/config/lists_test.ts");
const migrated = shownIn("src/migrate/translate_settings_test.ts");
const store = shownIn("src/capabilities/store_test.ts");
const sqlite = shownIn("src/store/sqlite_store_long_test.ts");
const address = shownIn("src/networks/address_test.ts");
const fcrdns = shownIn("plugins-wasm/fcrdns/plugin_test.ts");
const plugin = shownIn("src/plugins/load_test.ts");
const recipientRules = shownIn("src/policy/recipient_rules_test.ts");
const resolver = shownIn("src/dns/stub_resolver_long_test.ts");

const broken = "A plugin that breaks, or answers nonsense";
const waiting = "A plugin waits for DNS";
const settings = "Plugins do not answer for settings";

const hooks: UpstreamTest = {
  upstream: "qpsmtpd.t",
  cases: [
    ["OK stops the chain", settle("accept decides")],
    ["DECLINED, then DENY is 550", settle("who passes leaves it to the next")],
    ["a code that is none is an error", shownIn("src/plugins/answer_schema_test.ts")('["rcpt", { verdict: "deny" }')],
    ["and passed over", differs("(core: hooks)", broken, settle("a failure with onError defer"))],
    ["an exception is an error", converse("a plugin that throws with onError")],
    ["and passed over", differs("(core: hooks)", broken, settle("a failure with onError reject"))],
    ["so it is, if the operator wants it", settle("a failure with onError pass is passed over")],
    ["no answer is an error", calls("no answer is no answer")],
    ["connect is 220, and ready", session("connect: 220, or 554 and 421 which close")],
    ["DENY closes", session("connect: 220, or 554 and 421 which close")],
    [
      "continuations, and their errors",
      differs("(core: hooks)", waiting, sandbox("calls that wait hold instances of")),
    ],
    ["files and folders for plugins", absent("(core: content)", "Plugins have no files of their own")],
    [
      "size_threshold is 10,000",
      differs("(core: content)", "Plugins have no files of their own", load("config: an empty file is complete by")),
    ],
    ["it can be set", migrated('[{ size_threshold: "10000" }')],
    [
      "user_config wins over config",
      differs("(core: configuration)", settings, recipientRules("stance: the plugin's")),
    ],
    ["then the file, then the default", load("config: the command line's listen and state stand in for the file's")],
    [
      "who authenticated, and how",
      shownIn("src/connection/authenticate_test.ts")("AUTH ${mechanism}: who proves to be"),
    ],
  ],
};

const base: UpstreamTest = {
  upstream: "qpsmtpd-base.t",
  cases: [
    ["1.0.0.0 is an address", address("1.0.0.0")],
    ["254.254.254.254 is one", address("254.254.254.254")],
    ["a full IPv6 address is one", address("2001:db8:0:0:0:0:0:a")],
    ["1.2.3.256 is none", address("1.2.3.256")],
    ["256.0.0.1 is none", address("256.0.0.1")],
    ["an IPv6 address that ends in fffj is none", address("2001:db8:ffff:ffff:ffff:ffff:ffff:fffj")],
    ["127.0.0.1 is this machine", fcrdns("the loopback interface, which has nothing to look up")],
    ["so is what begins with 127", fcrdns("any address of it")],
    ["and ::1", fcrdns("that of IPv6")],
    [
      "and 2607:f060:b008:feed::127.0.0.1",
      differs("(core: addresses)", "An IPv6 address that ends in 127.0.0.1", fcrdns("not what only ends like it")),
    ],
    ["128.0.0.1 is not", fcrdns("who is called localhost and is not")],
    ["nor is ::2", shownIn("plugins-wasm/helo/plugin_test.ts")('["localhost", "::2"')],
    [
      "a tilde is a home folder",
      differs("(core: configuration)", "`~` is no home folder", load("config: paths are relative to the file")),
    ],
    ["A, AAAA, MX, NS and PTR records are found", resolver("every type of record and every code of an answer comes")],
    ["NS", resolver('["example.org", "NS", ["ns1.example.org"]]')],
  ],
};

const config: UpstreamTest = {
  upstream: "qpsmtpd-config.t",
  cases: [
    [
      "the folder is /var/qmail/control",
      differs(
        "(core: configuration)",
        "One TOML file",
        shownIn("src/cli/find_config_test.ts")("without a name the current folder's comes first"),
      ),
    ],
    [
      "the cache can be cleared",
      differs(
        "(core: configuration)",
        "It is read at the start and by a reload",
        shownIn("src/generation/generations_test.ts")("a session keeps the generation it leased"),
      ),
    ],
    ["me is the host's name", load("config: an empty file is complete by its defaults")],
    ["timeout is 1200", differs("(core: configuration)", "A client has 5 minutes", load("config: an empty file is"))],
    ["it can be", migrated('[{ timeout: "1200" }')],
    [
      "what nobody knows is undefined",
      differs(
        "(core: configuration)",
        "A key that is not known is an error",
        load("config: keys that reach into objects"),
      ),
    ],
    ["0 is a value", shownIn("plugins-wasm/karma/plugin_test.ts")("no penalty_days, no penalty")],
    ["me is read", migrated('[{ me: "mx.example.org')],
    [
      "so is a CDB",
      differs(
        "(core: configuration)",
        "Databases of qmail",
        shownIn("src/migrate/cdb_keys_test.ts")("the keys of a database come in their order"),
      ),
    ],
    ["comments are skipped", list("a line whose first character is # is a comment")],
    ["so are blank lines", list("blank lines are dropped but counted")],
    ["lines are trimmed", list("values are trimmed, inner space stays")],
    ["$include reads another file", lists("an included file stands in the place of the line")],
    ["and all of a folder", lists("a folder includes its files in sorted order")],
  ],
};

const db: UpstreamTest = {
  upstream: "qpsmtpd-db*.t",
  cases: [
    ["set, get and delete", store("values are any JSON, and null is not nothing")],
    ["delete says whether there was something", store('[{ do: "delete", key: "a" }, false]')],
    ["the keys can be listed", store("a scan gives keys and values of a prefix, and where to go on")],
    [
      "lock and unlock",
      differs("(core: store)", "There is no lock to hold", store("what get gave is what compareAndSet expects")),
    ],
    ["size, flush and mget", absent("(core: store)", "There is no lock to hold")],
    ["a folder that cannot be used", sqlite("a folder that cannot be written is a sentence")],
    ["or a file", sqlite("in the place of the store, ${what} is a sentence that names it")],
    ["whoever waits for a lock goes on", sqlite("a lock that another process forgets is waited for")],
    [
      "another handle sees what the first has written",
      shownIn("plugins-wasm/greylisting/plugin_test.ts")("many first tries at once are one, in two processes"),
    ],
    ["Redis, and its reserved keys", absent("(core: store)", "One SQLite file for all plugins")],
  ],
};

const plugins: UpstreamTest = {
  upstream: "qpsmtpd-plugin.t",
  cases: [
    ["odd arguments of the store are an error", store("what is wrong with a request is said with its place")],
    ["a store is the plugin's own", store("plugins do not share their keys")],
    [
      "a hook that does not exist is an error",
      shownIn("src/plugins/manifest_test.ts")('[{ hooks: ["rcpt", "helo", "rctp"] }'),
    ],
    ["a hook is registered", plugin("a hook that configure calls unused is not among the plugin's hooks")],
  ],
};

const project: readonly UpstreamTest[] = [
  {
    upstream: "packaging.t",
    cases: [[
      "versions are the same",
      shownIn("src/cli/run_test.ts")("--help and --version print and do nothing else"),
    ]],
  },
  {
    upstream: "xt/01-syntax",
    cases: [[
      "all compiles",
      shownIn("plugins-wasm/build_test.ts")("every plugin is built once, again only when a file"),
    ]],
  },
  {
    upstream: "xt/02-pod",
    cases: [["documentation is whole", shownIn("test/readme_test.ts")("its two commands stand at the top")]],
  },
];

export const serverTests: readonly UpstreamTest[] = [hooks, base, config, db, plugins, ...project];
