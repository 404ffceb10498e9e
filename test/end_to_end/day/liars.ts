// Clients that are not who they say they are, or are known for the worse.

import { data, envelope, goodbye, greeted, hello, type Kind, type Step } from "./kind.ts";

const reader = "reader@here.example";

/** It is told where all late refusals are. */
function misnamed(says: string, refusal: string): readonly Step[] {
  return [
    greeted,
    [says, "250"],
    ["MAIL FROM:<ann@good.example>", "250"],
    [`RCPT TO:<${reader}>`, refusal, "helo"],
    goodbye,
  ];
}

export const liars: readonly Kind[] = [
  {
    kind: "one on a block list",
    address: "203.0.113.67",
    steps: [
      ...hello("mail.good.example"),
      ["MAIL FROM:<ann@good.example>", "250"],
      [`RCPT TO:<${reader}>`, "550 5.7.1 203.0.113.67 has sent spam", "dnsbl"],
      ["", "closed"],
    ],
    because: "late: the log knows from whom and to whom",
    log: ["connect dnsbl fail, late"],
  },
  {
    kind: "one on a block list that writes to postmaster",
    address: "203.0.113.68",
    steps: [
      ...hello("mail.good.example"),
      ...envelope("ann@good.example", "postmaster@here.example"),
      ...data("a message"),
      goodbye,
    ],
    arrives: 1,
    because: "whoever is listed by mistake must be able to say so",
    isStranger: true,
    whenAllIsOn: {
      steps: [
        ...hello("mail.good.example"),
        ["MAIL FROM:<ann@good.example>", "250"],
        ["RCPT TO:<postmaster@here.example>", "450 4.7.1 This mail is temporarily denied", "greylisting"],
        goodbye,
        ["(waits 4200 ms)", ""],
        ["(comes again)", ""],
        ...hello("mail.good.example"),
        ...envelope("ann@good.example", "postmaster@here.example"),
        ...data("a message"),
        goodbye,
      ],
    },
  },
  {
    kind: "one that comes from a domain on a block list",
    address: "198.51.100.70",
    steps: [
      ...hello("mail.good.example"),
      ["MAIL FROM:<offer@listed.example>", "250"],
      [`RCPT TO:<${reader}>`, "550 5.7.1 listed.example sells what nobody wants", "rhsbl"],
      goodbye,
    ],
    log: ["mail rhsbl fail, late"],
  },
  {
    kind: "one that has our name",
    address: "198.51.100.71",
    steps: misnamed("EHLO mx.here.example", "550 5.7.1 I do not believe you are mx.here.example."),
    log: ["ehlo helo fail, late"],
  },
  {
    kind: "one that writes as somebody of ours",
    address: "198.51.100.72",
    steps: [
      ...hello("mail.good.example"),
      ["MAIL FROM:<boss@here.example>", "250"],
      [`RCPT TO:<${reader}>`, "550 5.7.1 Mail from here.example comes from our own servers", "badmailfrom"],
      goodbye,
    ],
  },
  {
    kind: "one that we know as a seller",
    address: "198.51.100.73",
    steps: [
      ...hello("mail.good.example"),
      ["MAIL FROM:<seller@good.example>", "250"],
      [`RCPT TO:<${reader}>`, "550 5.7.1 Your envelope sender is in my badmailfrom list", "badmailfrom"],
      goodbye,
    ],
  },
  {
    kind: "one whose name is a bare address",
    address: "198.51.100.74",
    steps: misnamed("HELO 198.51.100.74", "550 5.7.1 Plain IP is invalid HELO hostname (RFC 2821)"),
    log: ["helo helo fail, late"],
  },
  {
    kind: "one that names the address of somebody else",
    address: "198.51.100.75",
    steps: misnamed("EHLO [198.51.100.10]", "550 5.7.1 Forged IPs not accepted here"),
    log: ["ehlo helo fail, late"],
  },
  {
    kind: 'one that is "localhost"',
    address: "198.51.100.76",
    steps: misnamed("HELO localhost", "550 5.7.1 You are not localhost"),
    log: ["helo helo fail, late"],
  },
  {
    kind: "one in a network that hosts_allow denies",
    address: "203.0.113.4",
    steps: [["", "554 Write to abuse@here.example first", "hosts_allow"], ["", "closed"]],
  },
  {
    kind: "the one in that network that hosts_allow lets in",
    address: "203.0.113.5",
    steps: [...hello("mail.good.example"), ...envelope("ann@good.example", reader), ...data("a message"), goodbye],
    arrives: 1,
  },
  {
    kind: "one in a network that hosts_allow puts off",
    address: "2001:db8:bad::1",
    steps: [[
      "",
      "421 Connections from your address are not taken at the moment, please try again later",
      "hosts_allow",
    ], ["", "closed"]],
  },
  {
    kind: "one in a country that we refuse",
    address: "203.0.113.98",
    steps: [...hello("mail.good.example"), ...envelope("ann@good.example", reader), ...data("a message"), goodbye],
    arrives: 1,
    isStranger: true,
    whenAllIsOn: {
      steps: [
        ...hello("mail.good.example"),
        ["MAIL FROM:<ann@good.example>", "250"],
        [`RCPT TO:<${reader}>`, "550 5.7.1 Mail from your country (XX) is not accepted here", "geoip"],
        goodbye,
      ],
      arrives: 0,
    },
  },
  {
    kind: "one that tells us what others have found (Authentication-Results)",
    address: "198.51.100.77",
    steps: [
      ...hello("mail.good.example"),
      ...envelope("ann@good.example", reader),
      ...data("a message with our own Authentication-Results"),
      goodbye,
    ],
    arrives: 1,
    because: "the forged field is removed",
    lacks: ["spf=pass"],
  },
  {
    kind: "one that wants to be somebody else (XCLIENT)",
    address: "198.51.100.78",
    steps: [
      ...hello("mail.good.example"),
      ["XCLIENT ADDR=192.0.2.7", "502 5.5.1 XCLIENT is not offered", "server"],
      goodbye,
    ],
  },
  {
    kind: "one that says PROXY where no proxy is",
    address: "127.0.0.1",
    door: "bare",
    steps: [
      ["", "220"],
      ["PROXY TCP4 192.0.2.7 192.0.2.25 40000 25", "500 5.5.1 Command not recognized", "server"],
      ["EHLO mail.good.example", "250"],
      ["MAIL FROM:<>", "250"],
      ["RCPT TO:<anyone@far.example>", "550 5.7.1 Relaying denied", "rcpt_ok"],
      goodbye,
    ],
  },
  {
    kind: "one that comes to the door of the proxies",
    address: "127.0.0.2",
    door: "untrusted",
    steps: [["", "closed"]],
    because: "its address is not in trust.proxy, whatever it says",
  },
];
