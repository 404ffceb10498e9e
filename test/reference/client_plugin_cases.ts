// Upstream's tests of plugins that look at clients, at what they say of themselves and at messages.

import { absent, differs, later, shownIn, type UpstreamTest } from "./reference_case.ts";

const test = (plugin: string): ReturnType<typeof shownIn> => shownIn(`plugins-wasm/${plugin}/plugin_test.ts`);
const dnsbl = test("dnsbl");
const earlytalker = test("earlytalker");
const fcrdns = test("fcrdns");
const grey = test("greylisting");
const headers = test("headers");
const helo = test("helo");
const geoip = test("geoip");
const p0f = test("p0f");
const address = shownIn("plugins-wasm/helo/ip_address_test.ts");
const date = shownIn("plugins-wasm/headers/message_date_test.ts");
const ask = shownIn("src/hooks/ask_test.ts");
const ruling = shownIn("src/policy/ruling_test.ts");

/** `reject_type` of any plugin. */
const manner = differs(
  "(core: policy)",
  "`reject` and `reject_type` are no settings",
  ruling("every verdict in every mode and manner"),
);
/** `is_immune` of any plugin. */
const immunity = differs(
  "(core: policy)",
  "Whether a client is immune",
  ask("immune clients are not asked about, but plugins hear of endings"),
);
const content = later("plugins that look at content, and authentication of messages");

export const clientTests: readonly UpstreamTest[] = [
  {
    upstream: "dnsbl",
    cases: [
      ["an address of the allow list", dnsbl("an allowed client")],
      ["its neighbour is not", dnsbl("its neighbour")],
      ["RBLSMTPD", absent("dnsbl", "`dnsbl_rejectmsg` and the environment variable `RBLSMTPD`")],
      ["127.0.0.2 is denied", dnsbl("the test address of RFC 5782")],
      ["reject_type", manner],
    ],
  },
  {
    upstream: "earlytalker",
    cases: [
      ["where it is not asked, DECLINED", earlytalker("or DATA alone")],
      ["a listed host", immunity],
      ["nothing early at connect", earlytalker("who waits for the greeting passes")],
      ["nor at data", earlytalker("who waits for the reply to DATA passes")],
      ["something early is denied", earlytalker("who does not is refused, and loses a point")],
      ["reject_type", manner],
      [
        "remembered until MAIL",
        differs(
          "earlytalker",
          '`defer-reject` is `mode = "late"`',
          shownIn("src/connection/policy_test.ts")("late: the client comes as far as RCPT"),
        ),
      ],
    ],
  },
  {
    upstream: "fcrdns",
    cases: [
      ["127.0.0.1 is valid", fcrdns("the loopback interface, which has nothing to look up")],
      ["127.1.1.1", fcrdns("any address of it")],
      ["127.255.255.255", fcrdns("the last one too")],
      ["::1", fcrdns("that of IPv6")],
      ["localhost at 128.0.0.1 is not", fcrdns("who is called localhost and is not")],
      ["nor at 126.1.1.1", fcrdns("whatever the case")],
      ["a name with a dot is whole", fcrdns("a name that leads back")],
      ["com, net and boogers are not", fcrdns("a name without a dot")],
    ],
  },
  {
    upstream: "greylisting",
    cases: [
      ["exclude: an address", grey('["192.0.2.1", {}, true]')],
      ["a host", grey('["client.example", {}, true]')],
      ["/regex/", grey('["/^mx\\\\d+\\\\.client\\\\.example$/", { hello: "MX12')],
      ["none of them", grey('["192.0.2.1", { address: "192.0.2.10" }, false]')],
      ["data: without a note DECLINED", grey("nothing is said at DATA without a reason")],
      ["without recipients DECLINED", shownIn("src/smtp/command_rules_test.ts")("mail                 | ehlo helo")],
      [
        "recipients on a list undo it",
        differs("greylisting", "`reject = 0` is", grey("one recipient that is to be put off puts off the message")),
      ],
      ["the key is the address", grey("another sender or recipient is the same client")],
      ["and the sender", grey("with sender, another sender is another")],
      ["and the recipient", grey("with recipient, another recipient is another")],
      ["192.168.1.1 is 3232235777", grey("another address is another client")],
      ["no key at all", differs("greylisting", "Without any part of a key", grey("a key of nothing"))],
      ["a relay client is excluded", immunity],
      ["p0f: genre, distance, link, uptime", absent("greylisting", "`p0f` and `geoip` are not settings")],
      ["geoip: countries", absent("greylisting", "`p0f` and `geoip` are not settings")],
      [
        "what is old is pruned",
        differs("greylisting", "Old entries go by themselves", grey("what has expired leaves the")),
      ],
      ["put off, after 49 minutes too, let in after 51", grey("the first try is put off, so is one after 49 minutes")],
      ["after 36 days all begins anew", grey("white lasts from use to use")],
      ["redis gets its port", absent("greylisting", "`db_dir`, `nfslock`, `redis`")],
      [
        "reject 0 is DECLINED",
        differs("greylisting", "`reject = 0` is", ask("a tolerated refusal is found, and the next plugin is asked")),
      ],
      [
        "an error is DECLINED, and in the log",
        shownIn("test/support/remembering.ts")("a store that does not work lets everyone pass, and the log says so"),
      ],
    ],
  },
  {
    upstream: "headers",
    cases: [
      ["a date of now", headers("a message with all that is needed passes")],
      ["a date is read", date("Fri, 21 Nov 1997 09:55:06 -0600")],
      ["future 2: six days", headers("six days ahead are too many")],
      ["three days", headers("so are three")],
      ["one day is let in", headers("one is not")],
      ["past 2: six days", headers("six days ago are too many")],
      ["three days", headers("so are three ago")],
      ["one day is let in", headers("one ago is not")],
      ["without Date", headers("Date is required")],
      ["without From", headers("From is required")],
      [
        "reject_type",
        differs("headers", "`reject` and `reject_type` are not", ruling("every verdict in every mode and manner")),
      ],
    ],
  },
  {
    upstream: "helo",
    cases: [
      [
        "no host is DECLINED",
        differs("helo", "A hello without a name", shownIn("src/smtp/command_test.ts")('["EHLO", "EHLO", 501')),
      ],
      ["badhelo", helo("a listed name")],
      ["not example.com", helo("another name")],
      ["ya.oo\\.com$", helo("a matching expression")],
      ["!\\.", helo("a name that fails to match a demand")],
      ["localhost from elsewhere", helo('["localhost", "128.0.0.1"')],
      ["localhost from here", helo('["localhost", "127.0.0.1"')],
      ["a plain address", helo('["192.0.2.1", "192.0.2.1", plain')],
      ["not one in brackets", helo('["[192.0.2.1]", "192.0.2.1", undefined, undefined, literal]')],
      ["a literal in brackets, if strict", helo('["[192.0.2.1]", "192.0.2.1", undefined, undefined, literal]')],
      ["not full", helo('["host-only", "192.0.2.1", undefined, unqualified')],
      ["forward DNS", helo('["nobody.example.com", "192.0.2.1", undefined, missing')],
      ["reverse DNS", helo('["near.example.net", "192.0.2.99"')],
      ["both match", helo('["mail.example.com", "192.0.2.1"],')],
      ["neither matches", helo('["far.example.net", "192.0.2.1", undefined, undefined, unrelated]')],
      ["the same address", helo('["mail.example.com", "2001:db8::1"]')],
      ["in another spelling", address("::ffff:192.0.2.1")],
      ["the same /24", helo('["near.example.net", "192.0.2.1"]')],
      ["the same network of IPv6", helo('["near6.example.net", "2001:db8::1"]')],
      ["another network of IPv6", helo('["far.example.net", "2001:db8::1", undefined, undefined, unrelated]')],
      ["the same domain", helo('["far.example.com", "192.0.2.1"]')],
      ["another top-level domain", helo('["mail.example.org", "192.0.2.1", undefined, undefined, unrelated]')],
    ],
  },
  {
    upstream: "ident/geoip",
    cases: [
      ["an address has its country", geoip("what all databases know is noted")],
      ["its continent", geoip("a continent")],
      ["header fields are added, and those that are there replaced", geoip("the message is told, and what it says")],
    ],
  },
  {
    upstream: "ident/p0f",
    cases: [
      ["a question of version 3", p0f("the question is what p0f's API says")],
      ["version 2", absent("p0f", "p0f 3 alone")],
      ["an answer is read", p0f("what p0f knows is noted")],
      ["header fields", p0f("the message is told, and what it says itself is removed")],
      ["a blocked system by name", p0f("a system is blocked by its name")],
      ["by expression", p0f("by an expression")],
      ["another passes", p0f("nor is another")],
      ["a relay client", immunity],
      ["add_headers false", p0f('["or not", { settings: { add_headers: false } }')],
    ],
  },
];

export const contentTests: readonly UpstreamTest[] = [
  {
    upstream: "content_log",
    cases: [
      ["the file is mail/%Y%m%d", content],
      ["of today", content],
      ["switched on by true, 1, yes, and by nothing", content],
      ["switched off by 0, false, no, and by what is none of these", content],
      ["nobody is excluded", content],
    ],
  },
  {
    upstream: "dmarc",
    cases: [["without From DENY", content], ["From without SPF: DENY, failed DMARC policy", content]],
  },
  {
    upstream: "sender_permitted_from",
    cases: [["postmaster, abuse, mailer-daemon and root are special", content]],
  },
  {
    upstream: "spamassassin",
    cases: [
      ["ten lines of X-Spam-Status are read, with hits= too", content],
      ["a score of 10, reject 12: DECLINED", content],
      ["a score of 15: DENY", content],
      ["the subject of a score of 6 is marked, of one of 3 not", content],
      ["nor is one below the score that is required", content],
    ],
  },
  {
    upstream: "virus/clamdscan",
    cases: [
      ["arguments are read", content],
      ["an error is DENYSOFT with defer_on_error, otherwise DECLINED", content],
      ["what is too large is not scanned", content],
      ["multipart is known", content],
      ["scan_all 0 passes over what is not multipart", content],
    ],
  },
];
