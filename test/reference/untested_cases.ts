// What upstream does not test, by the reference, and is tested here.

import { later, shownIn, type UpstreamTest } from "./reference_case.ts";

const test = (plugin: string): ReturnType<typeof shownIn> => shownIn(`plugins-wasm/${plugin}/plugin_test.ts`);
const content = later("plugins that look at content, and authentication of messages");

export const untestedUpstream: readonly UpstreamTest[] = [
  {
    upstream: "(none)",
    cases: [
      ["karma", test("karma")("a naughty session is followed by a day outside")],
      ["naughty", shownIn("src/connection/policy_test.ts")("late: the client comes as far as RCPT, and postmaster is")],
      ["naughty, from an old configuration", shownIn("src/migrate/translate_test.ts")("with the plugin naughty its")],
      ["whitelist", test("whitelist")("any user of a listed domain is")],
      ["a listed sender may not relay", test("rcpt_ok")("one that is only allowed may not")],
      ["dkim", content],
      ["tls", shownIn("src/connection/starttls_test.ts")("STARTTLS: a message comes encrypted, and its trace says so")],
      ["uribl", content],
      ["rhsbl", test("rhsbl")("a listed one, with the list's own text")],
      ["queue/maildir", shownIn("src/delivery/maildir_test.ts")("each folder gets one copy with its own recipients")],
      [
        "queue/smtp-forward",
        shownIn("src/delivery/smtp_connections_long_test.ts")("one connection serves consecutive"),
      ],
      ["hosts_allow", test("hosts_allow")("a network is refused with the line's text")],
      ["milter", later("nothing: no milter is spoken")],
      ["bogus_bounce", content],
      [
        "the way of a message",
        shownIn("src/connection/converse_test.ts")("a message is delivered with envelope, trace"),
      ],
      ["forged header fields", shownIn("src/connection/results_test.ts")("forged fields are removed")],
      ["smuggling", shownIn("src/connection/smuggled_test.ts")("smuggling, reject: ")],
      ["pipelining", shownIn("src/connection/converse_test.ts")("any chunking of a pipelined dialogue gives the same")],
      ["timeouts", shownIn("src/connection/converse_test.ts")("a command that trickles in is cut off at its deadline")],
      ["many clients at once", shownIn("test/end_to_end/crowds_test.ts")("${what}: one more is told 421, another is")],
      ["reload", shownIn("test/under_load/reload_test.ts")("a session under way stays on its generation")],
      ["prefork", shownIn("test/end_to_end/workers_test.ts")("clients are spread over all of them")],
      [
        "CRAM-MD5 and LOGIN over the wire",
        shownIn("test/interop/auth_test.ts")("swaks, ${mechanism}: the right password"),
      ],
    ],
  },
];
