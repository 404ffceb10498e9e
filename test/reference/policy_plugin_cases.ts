// Upstream's tests of plugins that look at addresses of the envelope, at users and at commands.

import { absent, differs, later, shownIn, type UpstreamTest } from "./reference_case.ts";

const test = (plugin: string): ReturnType<typeof shownIn> => shownIn(`plugins-wasm/${plugin}/plugin_test.ts`);
const badmailfrom = test("badmailfrom");
const badmailfromto = test("badmailfromto");
const badrcptto = test("badrcptto");
const unrecognized = test("count_unrecognized_commands");
const rcptOk = test("rcpt_ok");
const relay = test("relay");
const fromhost = test("resolvable_fromhost");
const flatFile = test("auth_flat_file");
const checkpassword = test("auth_checkpassword");
const sql = test("auth_sql");
const mail = shownIn("src/smtp/reverse_path_test.ts");
const command = shownIn("src/smtp/command_test.ts");
const networks = shownIn("plugins-wasm/shared/networks_test.ts");
const emptyLocalPart = "An empty local part";

export const envelopeTests: readonly UpstreamTest[] = [
  {
    upstream: "badmailfrom",
    cases: [
      ["an empty list", badmailfrom("an empty list refuses nobody")],
      ["the null reverse-path", badmailfrom("the null reverse-path passes")],
      ["matt@ is immune", mail("<matt@>")],
      [
        "@example.com is immune",
        differs("badmailfrom", emptyLocalPart, badmailfrom("an empty local part does not slip by")),
      ],
      ["others are not", badmailfrom("a listed address is refused")],
      ["@test.net matches", badmailfrom("a listed domain is refused")],
      ["test.net$ matches", badmailfrom("a matching expression is refused")],
      ["not another host", badmailfrom("another domain is not")],
      ["nor another address", badmailfrom("another address is not")],
      ["nor another pattern", badmailfrom("another address does not match it")],
      ["the text of its own", badmailfrom("a listed address is refused")],
      ["the text of the line", badmailfrom("a reason behind the pattern is what the client is told")],
    ],
  },
  {
    upstream: "badmailfromto",
    cases: [
      ["an empty list", badmailfromto("an empty list refuses nobody")],
      ["the null reverse-path", badmailfromto("the null reverse-path passes")],
      ["matt@ is immune", mail("<matt@>")],
      [
        "@example.com is immune",
        differs("badmailfromto", emptyLocalPart, badmailfromto("an empty local part does not slip by")),
      ],
      ["others are not", badmailfromto("a listed pair is refused")],
    ],
  },
  {
    upstream: "badrcptto",
    cases: [
      ["exactly", badrcptto("a listed address is refused")],
      ["without case in what the client says", badrcptto("the case of the forward-path does not matter")],
      ["nor in the line", badrcptto("nor that of the line")],
      ["@host", badrcptto("everybody at a listed domain is refused")],
      ["example.com$", badrcptto("a matching expression is refused")],
      ["not example.not$", badrcptto("one that does not match is not")],
      ["user@example.com passes", badrcptto("who is not listed passes")],
      ["nothing, or no host, is nobody", command("RCPT TO:<>")],
      ["<postmaster> has no host", badrcptto("<postmaster> passes")],
    ],
  },
  {
    upstream: "count_unrecognized_commands",
    cases: [
      ["below the limit DECLINED", unrecognized("the first is only counted")],
      ["at the limit DENY_DISCONNECT", unrecognized("the one at the limit closes the session")],
      ["above it too", unrecognized("so does any above it")],
      ["the note counts", unrecognized("three are borne by default")],
    ],
  },
  {
    upstream: "rcpt_ok",
    cases: [
      ["user@localhost", rcptOk("a listed host is ours")],
      ["not user@example.com", rcptOk("a host that is not listed is not")],
      ["a relay client may", rcptOk("so may a client that is marked")],
      ["<postmaster> is of our own host", rcptOk("<postmaster> is ours")],
      ["<abuse> has no host", command("RCPT TO:<abuse>")],
      ["nor has <>", command("RCPT TO:<>")],
      ["nor has <@example.com>", mail("<@example.com>")],
    ],
  },
  {
    upstream: "relay",
    cases: [
      [
        "only: a relay client is OK",
        differs(
          "relay",
          "With `only` the plugin refuses or has no opinion",
          relay("only: a client that may relay is not"),
        ),
      ],
      ["only: others are denied", relay("only: all others are")],
      ["192.0.1.1 begins with 192.0.", relay("a client whose address begins as listed may relay")],
      ["192.51.1.1 does not", relay("one whose address only looks alike may not")],
      ["203.0.113.0 does not", networks('["192.0.", [')],
      ["within an IPv4 network", networks('["192.0.2.0/24", [')],
      [
        "its ends are outside",
        differs("relay", "The first and the last address of a network", relay("the first address of a network may")),
      ],
      ["within an IPv6 network", relay("IPv6 too")],
      ["beside it", relay("and not beside the network")],
      ["norelayclients: 192.0.99.5", relay("an excepted address may not")],
      ["192.0.98.1", relay("an excepted network may not")],
      ["192.0.98.255", relay("to its last address")],
    ],
  },
  {
    upstream: "resolvable_fromhost",
    cases: [
      ["invalid networks are a list", fromhost("an MX on the list of invalid networks")],
      ["MX records are looked up", fromhost("an MX with an address")],
      ["then A records", fromhost("no MX, but an address")],
      ["a domain that cannot be resolved", fromhost("no such domain")],
      ["no host: DENY", fromhost("no domain")],
      [
        "or DENYSOFT, with reject soft",
        differs(
          "resolvable_fromhost",
          "Refusals are for good unless the policy says",
          shownIn("src/connection/policy_test.ts")("defer: what a plugin refuses for good is put off"),
        ),
      ],
    ],
  },
  {
    upstream: "user_config",
    cases: [
      [
        "a file of the recipient's is found",
        differs(
          "(user_config)",
          "Files in `policy.recipients`",
          shownIn("src/config/recipient_files_long_test.ts")("a domain and a mailbox of it, without case"),
        ),
      ],
      [
        "if it is missing, DECLINED",
        shownIn("src/config/recipient_files_long_test.ts")("a folder that is not there says"),
      ],
    ],
  },
];

export const userTests: readonly UpstreamTest[] = [
  {
    upstream: "auth_flat_file",
    cases: [
      ["a good user", flatFile("a password in clear is compared")],
      ["a bad password", flatFile("beginning and end of it are not enough")],
      ["an unknown user", flatFile("who is not listed passes")],
    ],
  },
  {
    upstream: "checkpassword",
    cases: [
      ["a good user", checkpassword("the right password lets in")],
      ["a bad password", checkpassword("a wrong password may be another plugin's")],
      ["an unknown user", checkpassword("and so may an unknown user")],
    ],
  },
  {
    upstream: "vpopmail",
    cases: [["its users", absent("(auth_vpopmail)", "There is no plugin for it yet")]],
  },
  {
    upstream: "vpopmail_sql",
    cases: [
      ["a good user", sql("a password in clear is compared")],
      ["a bad password", sql("and a wrong one is refused")],
      ["an unknown user", sql("unknown users may be another plugin's")],
      ["in MySQL", absent("(auth_vpopmail_sql)", "MySQL is not spoken")],
    ],
  },
  {
    upstream: "vpopmaild",
    cases: [["its users", absent("(auth_vpopmaild)", "There is no plugin for it yet")]],
  },
  {
    upstream: "authdeny",
    cases: [["DECLINED for every user", test("authdeny")("a password")]],
  },
  {
    upstream: "auth_imap",
    cases: [
      ["a user of the server", test("auth_imap")("the right password lets in")],
      ["a wrong password", test("auth_imap")("a wrong password may be another plugin's")],
    ],
  },
  {
    upstream: "authnull",
    cases: [["a plugin that lets everybody in, and is not shipped", later("nothing: a plugin for tests alone")]],
  },
];
