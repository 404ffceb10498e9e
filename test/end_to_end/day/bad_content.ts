// Messages with which something is wrong.

import { data, envelope, goodbye, hello, type Kind, type Step } from "./kind.ts";

const opening: readonly Step[] = [
  ...hello("mail.good.example"),
  ...envelope("ann@good.example", "reader@here.example"),
];

function refused(kind: string, address: string, message: string, ...replies: readonly string[]): Kind {
  return { kind, address, steps: [...opening, ...data(message, replies.join("\n"), "headers"), goodbye] };
}

export const badContent: readonly Kind[] = [
  refused(
    "a message without Date and From",
    "203.0.113.160",
    "a message without Date and From",
    "550-5.6.0 We require a valid From header",
    "550 5.6.0 We require a valid Date header",
  ),
  refused(
    "a message from the future",
    "203.0.113.161",
    "a message from five days ahead",
    "550 5.6.0 The Date header is too far in the future",
  ),
  refused(
    "a message that is years old",
    "203.0.113.162",
    "a message from two years ago",
    "550 5.6.0 The Date header is too far in the past",
  ),
  refused(
    "a message from two authors at once",
    "203.0.113.163",
    "a message with two From fields",
    "550 5.6.0 Only one From header allowed. See RFC 5322, Section 3.6",
  ),
  refused("no message at all", "203.0.113.164", "nothing", "550 5.6.0 You must send some data first"),
  {
    kind: "a message that is too large, and says so",
    address: "203.0.113.165",
    steps: [
      ...hello("mail.good.example"),
      [
        "MAIL FROM:<ann@good.example> SIZE=1200000",
        "552 5.3.4 Message size exceeds the limit of this server",
        "server",
      ],
      goodbye,
    ],
    because: "limits.message_size, here 1 MB",
  },
  {
    kind: "a message that is too large, and does not say so",
    address: "203.0.113.166",
    steps: [
      ...opening,
      ...data("a message of 1.2 MB", "552 5.3.4 Message size exceeds the limit of this server", "server"),
      goodbye,
    ],
  },
  {
    kind: "a message that smuggles another one",
    address: "203.0.113.167",
    steps: [
      ...opening,
      ["DATA", "354"],
      [
        "Subject: a\r\n\r\na\n.\nMAIL FROM:<boss@here.example>\r\nRCPT TO:<reader@here.example>\r\nDATA\r\nSubject: b\r\n\r\nb\r\n.\r\n",
        "550 5.5.2 Message refused: it has a CR or LF that is not part of a CRLF",
        "server",
      ],
      ["", "closed"],
    ],
    because: "no LF.LF ever ends a message",
  },
];
