// Our own users and machines, and whom the administrator trusts.

import { data, envelope, goodbye, hello, type Kind } from "./kind.ts";
import { password } from "./lists.ts";

const reader = "reader@here.example";

export const ownPeople: readonly Kind[] = [
  {
    kind: "a user at home, whose address is on a block list",
    address: "203.0.113.66",
    door: "submission",
    steps: [
      ...hello("jos-laptop.example"),
      ["STARTTLS", "220"],
      ["(shakes hands for TLS)", ""],
      ["EHLO jos-laptop.example", "250-mx.here.example"],
      [`(authenticates as jo@here.example with "${password}")`, "235 2.7.0", "auth_flat_file"],
      ...envelope("jo@here.example", "friend@far.example", reader),
      ...data("a message"),
      goodbye,
    ],
    arrives: 1,
    because: "who has authenticated is spared: the refusal of dnsbl is told late, and not to him",
    bears: ["with ESMTPSA"],
    log: ["connect dnsbl fail, late", "auth auth_flat_file accept"],
  },
  {
    kind: "a user behind a router, who gives the name that the machine has there",
    address: "198.51.100.60",
    door: "submission",
    steps: [
      ...hello("[192.168.1.20]"),
      ["STARTTLS", "220"],
      ["(shakes hands for TLS)", ""],
      ["EHLO [192.168.1.20]", "250-mx.here.example"],
      [`(authenticates as jo@here.example with "${password}")`, "235 2.7.0", "auth_flat_file"],
      ...envelope("jo@here.example", "friend@far.example"),
      ...data("a message"),
      goodbye,
    ],
    arrives: 1,
    because: "programs for mail know no better name; the refusal of helo is told late, and not to him",
    log: ["ehlo helo fail, late"],
  },
  {
    kind: "a user on a journey, in a country that we refuse",
    address: "203.0.113.99",
    door: "submission",
    steps: [
      ...hello("jos-laptop.example"),
      ["STARTTLS", "220"],
      ["(shakes hands for TLS)", ""],
      ["EHLO jos-laptop.example", "250-mx.here.example"],
      [`(authenticates as jo@here.example with "${password}")`, "235 2.7.0", "auth_flat_file"],
      ...envelope("jo@here.example", "friend@far.example"),
      ...data("a message"),
      goodbye,
    ],
    arrives: 1,
    whenAllIsOn: { log: ["connect geoip fail, late"] },
  },
  {
    kind: "one that guesses jo's password",
    address: "198.51.100.61",
    door: "submission",
    steps: [
      ...hello("guesser.example"),
      ["STARTTLS", "220"],
      ["(shakes hands for TLS)", ""],
      ["EHLO guesser.example", "250-mx.here.example"],
      [
        '(authenticates as jo@here.example with "secret")',
        "535 5.7.8 Authentication credentials invalid",
        "auth_flat_file",
      ],
      ['(authenticates as root@here.example with "toor")', "535 5.7.8 Authentication credentials invalid", "server"],
      [
        '(authenticates as jo@here.example with "letmein")',
        "421 4.7.0 Too many failed authentications, closing connection",
        "auth_flat_file",
      ],
      ["", "closed"],
    ],
  },
  {
    kind: "one that wants to submit without authenticating",
    address: "198.51.100.62",
    door: "submission",
    steps: [
      ...hello("mail.good.example"),
      ["MAIL FROM:<jo@here.example>", "530 5.7.0 Send STARTTLS first", "server"],
      ["STARTTLS", "220"],
      ["(shakes hands for TLS)", ""],
      ["EHLO mail.good.example", "250-mx.here.example"],
      ["MAIL FROM:<jo@here.example>", "530 5.7.0 Authentication required", "server"],
      goodbye,
    ],
  },
  {
    kind: "one that says its password to everybody on the way",
    address: "198.51.100.63",
    steps: [
      ...hello("mail.good.example"),
      [
        `(authenticates as jo@here.example with "${password}")`,
        "538 5.7.11 Encryption is required for authentication, send STARTTLS first",
        "server",
      ],
      goodbye,
    ],
  },
  {
    kind: "a printer in relayclients",
    address: "192.0.2.7",
    steps: [
      ...hello("printer"),
      ...envelope("printer@here.example", "anyone@far.example", reader),
      ...data("a message without Date and From"),
      goodbye,
    ],
    arrives: 1,
    because: "it may relay, and is spared by badmailfrom and headers",
    log: ["connect relay pass"],
  },
  {
    kind: "the printer in norelayclients",
    address: "192.0.2.13",
    steps: [...hello("printer"), ["MAIL FROM:<>", "250"], [
      "RCPT TO:<anyone@far.example>",
      "550 5.7.1 Relaying denied",
      "rcpt_ok",
    ], goodbye],
  },
  {
    kind: "a host in whitelisthosts that is on a block list",
    address: "203.0.113.70",
    isStranger: true,
    steps: [
      ...hello("web.good.example"),
      ["MAIL FROM:<ann@good.example>", "250"],
      ["RCPT TO:<anyone@far.example>", "550 5.7.1 Relaying denied", "rcpt_ok"],
      ["RCPT TO:<reader@here.example>", "250", "rcpt_ok"],
      ...data("a message"),
      goodbye,
    ],
    arrives: 1,
    because: "spared from checks, greylisting included; that lets it send to nobody else",
  },
  {
    kind: "a host on an allow list in DNS and on a block list",
    address: "203.0.113.71",
    isStranger: true,
    steps: [
      ...hello("mail.good.example"),
      ["MAIL FROM:<ann@good.example>", "250"],
      ["RCPT TO:<reader@here.example>", "550 5.7.1 203.0.113.71 has sent spam", "dnsbl"],
      ["", "closed"],
    ],
    whenAllIsOn: {
      because: "dns_whitelist_soft has allowed it",
      steps: [...hello("mail.good.example"), ...envelope("ann@good.example", reader), ...data("a message"), goodbye],
      arrives: 1,
    },
  },
];
