// Upstream's tests of commands, addresses and replies.

import { absent, differs, shownIn, type UpstreamTest } from "./reference_case.ts";

const mail = shownIn("src/smtp/reverse_path_test.ts");
const path = shownIn("src/smtp/path_test.ts");
const command = shownIn("src/smtp/command_test.ts");
const order = shownIn("src/smtp/command_rules_test.ts");
const session = shownIn("src/smtp/session_test.ts");
const dialogue = (name: string): ReturnType<typeof shownIn> => shownIn(`test/transcripts/${name}.txt`);
const flatFile = shownIn("plugins-wasm/auth_flat_file/plugin_test.ts");
const auth = shownIn("src/connection/authenticate_test.ts");
const plain = shownIn("src/sasl/plain_test.ts");
const results = shownIn("src/connection/results_test.ts");
const field = shownIn("src/authentication_results/format_field_test.ts");

const brackets = "The parser wants the brackets: 501";

const addresses: UpstreamTest = {
  upstream: "addresses.t",
  cases: [
    ["EHLO is 250", dialogue("hello")("S: 250-mx.test Hello client.test")],
    ["<ask@perl.org> is a reverse-path", mail("<ask@perl.org>")],
    ["<ask @perl.org> is one", differs("(core: addresses)", "A blank in a local part", mail("<ask @perl.org>"))],
    ["so is ask@perl.org", differs("(dont_require_anglebrackets)", brackets, mail("ask@perl.org"))],
    ["and ask@[1.2.3.4]", differs("(dont_require_anglebrackets)", brackets, mail("ask@[1.2.3.4]"))],
    ["which is written <ask@[1.2.3.4]>", mail("<ask@[1.2.3.4]>")],
    ["SIZE=1230 may follow", mail("<ask@perl.org> SIZE=1230")],
    ["<> is the null reverse-path", mail("<>")],
    ["a domain may have a dash", mail("<ask@p.qpsmtpd-test.askask.com> SIZE=1230")],
    [
      "a parameter that nobody knows may follow",
      differs(
        "(core: addresses)",
        "Parameters that no extension knows",
        mail("<ask@p.qpsmtpd-test.askask.com> SIZE=1230 CORRECT-WITHOUT-ARG"),
      ),
    ],
    ["`MAIL FROM:` is <>", differs("(core: addresses)", "`MAIL FROM:` and nothing more", command("MAIL FROM:"))],
  ],
};

const helo: UpstreamTest = {
  upstream: "helo.t",
  cases: [
    ["HELO is 250", dialogue("hello")("S: 250 mx.test Hello [192.0.2.1]")],
    [
      "EHLO after it is 503",
      differs("(core: commands)", "A second hello", order("HELO                 | ehlo helo")),
    ],
    ["EHLO at the beginning is 250", dialogue("hello")("C: EHLO client.test")],
  ],
};

const misc: UpstreamTest = {
  upstream: "misc.t",
  cases: [
    ["VRFY is 252", dialogue("verify_and_help")("S: 252 2.5.0 Not verified here")],
    ["VRFY <foo@bar> is understood", command("VRFY <foo@bar>")],
    [
      "the fourth unknown command is 521",
      shownIn("test/end_to_end/day/rude_clients.ts")("521 5.5.1 Closing connection, 4 unrecognized commands"),
    ],
  ],
};

const rset: UpstreamTest = {
  upstream: "rset.t",
  cases: [
    ["RSET is 250, and there is no reverse-path any more", session("a refused DATA ends the transaction, RSET and")],
    ["the next commands show it", dialogue("order")("# RSET gives the transaction up, another hello does too.")],
  ],
};

const login: UpstreamTest = {
  upstream: "auth.t",
  cases: [
    ["PLAIN is taken apart", plain("RFC 4616 §4: with and without an initial response")],
    ["another authorization identity is refused", plain("RFC 4616 §4: an authorization identity is told, and lent")],
    ["by the flat file too", flatFile("to act for another is refused")],
    ["AUTH PLAIN with a user of the flat file", flatFile("a password in clear is compared")],
    ["LOGIN and CRAM-MD5 in dialogue", auth("AUTH ${mechanism}: who proves to be somebody is that one in events")],
    ["LOGIN", dialogue("auth_login")("C: AUTH LOGIN")],
    ["CRAM-MD5", dialogue("auth_cram_md5")("C: AUTH CRAM-MD5")],
  ],
};

const smtp: UpstreamTest = {
  upstream: "qpsmtpd-smtp.t",
  cases: [
    ["a fault is 451", dialogue("delivery_failed")("S: 451 4.3.0 Internal error, try again later")],
    [
      "and says what it was",
      differs(
        "(core: replies)",
        "What went wrong inside is told to the log alone",
        shownIn("src/connection/converse_test.ts")("what the backend says is what the client is told"),
      ),
    ],
    ["HELO without a host is 501", dialogue("hello")("S: 501 HELO needs the name of your host")],
    ["so is EHLO", command('["EHLO", "EHLO", 501')],
    ["a second one is 503", differs("(core: commands)", "A second hello", order("greeted              | ehlo helo"))],
    [
      "DONE of a plugin: no reply",
      differs(
        "(core: replies)",
        "Every command has one reply",
        shownIn("src/plugins/answer_schema_test.ts")('["rcpt", { verdict: "deny" }'),
      ),
    ],
    ["hello: DENY is 550", dialogue("plugin_rejects")("S: 550 Command denied")],
    ["DENYSOFT is 450", dialogue("plugin_defers")("S: 450 Command denied for now, try again later")],
    ["DENY_DISCONNECT is 550 and the end", session('"reject+disconnect": "550 - close"')],
    [
      "DENYSOFT_DISCONNECT is 450",
      differs("(core: replies)", "A refusal for now that closes", session('"defer+disconnect": "421 - close"')),
    ],
    ["OK is 250, with a greeting", dialogue("hello")("S: 250 mx.test Hello [192.0.2.1]")],
    ["data: DENY is 554 Message denied", dialogue("plugin_rejects")("S: 554 5.7.1 Message denied")],
    ["DENYSOFT is 451 Message denied", dialogue("plugin_defers")("S: 451 4.7.1 Message denied for now")],
    ["DENY_DISCONNECT is the same and the end", session('"reject+disconnect": "554 5.7.1 close"')],
    [
      "DENYSOFT_DISCONNECT is 451 and the end",
      differs("(core: replies)", "A refusal for now that closes", session('"defer+disconnect": "421 4.7.0 close"')),
    ],
    ["without MAIL 503", dialogue("order")("S: 503 5.5.1 Send MAIL first")],
    ["without RCPT 503", dialogue("order")("S: 503 5.5.1 Send RCPT first")],
    [
      "if all were refused too",
      differs("(core: commands)", "DATA is 554 if all recipients", order("mail, rcpt refused   | ehlo helo")),
    ],
    [
      "Authentication-Results become Original-Authentication-Results",
      differs("(core: results)", "Authentication-Results of others stay", results("those of others stay as they are")),
    ],
    ["those that claim to be ours do not stay", results("forged fields are removed")],
    [
      "one that a DKIM signature covers stays",
      differs("(core: results)", "A forged one is removed even if", results("however many")),
    ],
    ["a field without results", field("nothing was checked")],
    ["auth=pass, with the user", results("one field, on top of all, has what was found at every hook")],
    ["what SPF found", results("Who knows")],
  ],
};

const address: UpstreamTest = {
  upstream: "qpsmtpd-address.t",
  cases: [
    ["addresses have an order, by host, then user", absent("(core: addresses)", "They have no order")],
    ["<user@example.com#> is none", path("<user@example.com#>")],
    ["nothing is <>", path("the null reverse-path is a reverse-path only")],
    [
      "postmaster without brackets is <>",
      differs("(dont_require_anglebrackets)", brackets, command("RCPT TO:postmaster")),
    ],
    ["<> is read", mail("<>")],
    ["<postmaster> is read", path("<postmaster> without a domain is a forward-path only")],
    [
      "also as a reverse-path",
      differs("(core: addresses)", "`<postmaster>` without a domain", mail("<postmaster>")),
    ],
    ["<foo@example.com> is read", path("<foo@example.com>")],
    ["two at signs, the first quoted", path('<"musa_ibrah@caramail.comandrea.luger"@wifo.ac.at>')],
    [
      "it is written with a backslash",
      differs("(core: addresses)", "Quotes and backslashes are written only", mail("<${twoAts}>")),
    ],
    ["<foo bar@example.com> is quoted", differs("(core: addresses)", "A blank", mail("<foo bar@example.com>"))],
    ["a quoted blank stays quoted", mail('<"foo\\\\ bar"@example.com>')],
    ["an address can be set", shownIn("src/spool/edit_envelope_test.ts")("the reverse-path becomes null")],
    [
      "settings of an address, before those of all",
      differs(
        "(user_config)",
        "Files in `policy.recipients`",
        shownIn("src/policy/recipient_rules_test.ts")("stance: the plugin's table where nobody says otherwise"),
      ),
    ],
    ["sample@path has no delimiters", mail("sample@path")],
    ["nothing has none", path("ask@perl.org")],
    ["<postmaster@test>", mail("<postmaster@test>")],
    ["<@a:postmaster@test>", mail("<@a:postmaster@test>")],
    [
      "<postmáster@test> is of atoms",
      differs("(core: addresses)", "UTF-8 needs SMTPUTF8", mail("<postm\\u00e1ster@test>")),
    ],
    ["<@192.168.1.1> is none", mail("<@192.168.1.1>")],
  ],
};

export const protocolTests: readonly UpstreamTest[] = [addresses, helo, misc, rset, login, smtp, address];
