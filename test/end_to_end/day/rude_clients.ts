// Clients without manners: they do not wait, do not stop, or do not speak SMTP.

import { data, envelope, goodbye, greeted, hello, type Kind, times } from "./kind.ts";

const ann = "ann@good.example";
const reader = "reader@here.example";

export const rudeClients: readonly Kind[] = [
  {
    kind: "a zombie that talks before it is greeted",
    address: "203.0.113.130",
    steps: [
      [
        "(talks before it is greeted: EHLO zombie.example)",
        "554 Connecting host started transmitting before SMTP greeting",
        "earlytalker",
      ],
      ["", "closed"],
    ],
  },
  {
    kind: "a zombie that does not wait for the answer to EHLO",
    address: "203.0.113.131",
    steps: [
      greeted,
      [
        `EHLO zombie.example\r\nMAIL FROM:<${ann}>\r\nRCPT TO:<${reader}>\r\nDATA\r\n`,
        "554 5.5.0 Wait for my reply before you go on, closing connection",
        "server",
      ],
      ["", "closed"],
    ],
  },
  {
    kind: "one that puts commands behind STARTTLS",
    address: "203.0.113.132",
    steps: [
      ...hello("mail.good.example"),
      ["STARTTLS\r\nMAIL FROM:<injected@good.example>\r\n", "220"],
      ["(shakes hands for TLS)", ""],
      ["EHLO mail.good.example", "250-mx.here.example"],
      [`RCPT TO:<${reader}>`, "503 5.5.1 Send MAIL first", "server"],
      goodbye,
    ],
    because: "what came unencrypted is forgotten",
  },
  {
    kind: "a web browser",
    address: "203.0.113.133",
    steps: [
      greeted,
      ["GET / HTTP/1.1", "500 5.5.1 Command not recognized", "server"],
      ["Host: mx.here.example", "500 5.5.1 Command not recognized", "server"],
      ["User-Agent: curl/8.0", "500 5.5.1 Command not recognized", "server"],
      [
        "Accept: */*",
        "521 5.5.1 Closing connection, 4 unrecognized commands. Perhaps you should read RFC 2821?",
        "count_unrecognized_commands",
      ],
      ["", "closed"],
    ],
  },
  {
    kind: "one that says NOOP without end",
    address: "203.0.113.134",
    steps: [
      ...hello("mail.good.example"),
      ...times(149, () => ["NOOP", "250"]),
      ["NOOP", "421 4.7.0 Too many commands, closing connection", "server"],
      ["", "closed"],
    ],
    because: "limits.commands, here 150",
  },
  {
    kind: "one that asks who is there (VRFY, EXPN)",
    address: "203.0.113.135",
    steps: [
      ...hello("mail.good.example"),
      ["VRFY root", "252"],
      ["EXPN staff", "500 5.5.1 Command not recognized", "server"],
      goodbye,
    ],
  },
  {
    kind: "a dictionary attacker",
    address: "203.0.113.136",
    isStranger: true,
    steps: [
      ...hello("mail.good.example"),
      [`MAIL FROM:<${ann}>`, "250"],
      ...times(100, (number) => [`RCPT TO:<nobody${number}@here.example>`, "250", "rcpt_ok"]),
      [
        "RCPT TO:<nobody101@here.example>",
        "452 4.5.3 Too many recipients, send the others in another transaction",
        "server",
      ],
      goodbye,
    ],
    because: "as shipped nobody knows which recipients exist: switch on recipient_exists, or rcpt_map",
    whenAllIsOn: {
      steps: [
        ...hello("mail.good.example"),
        [`MAIL FROM:<${ann}>`, "250"],
        ...times(
          19,
          (
            number,
          ) => [`RCPT TO:<nobody${number}@here.example>`, "450 4.7.1 This mail is temporarily denied", "greylisting"],
        ),
        ["RCPT TO:<nobody20@here.example>", "421 4.7.0 Too many errors, closing connection", "greylisting"],
        ["", "closed"],
      ],
      because: "it learns nothing before it is known, and then limits.refusals ends it",
    },
  },
  {
    kind: "a dictionary attacker that came often enough",
    address: "203.0.113.137",
    steps: [...hello("mail.good.example"), ...envelope(ann, "nobody1@here.example"), ["RSET", "250"], goodbye],
    whenAllIsOn: {
      steps: [
        ...hello("mail.good.example"),
        [`MAIL FROM:<${ann}>`, "250"],
        ...times(
          9,
          (
            number,
          ) => [
            `RCPT TO:<nobody${number}@here.example>`,
            "550 5.1.1 Sorry, no mailbox by that name",
            "recipient_exists",
          ],
        ),
        ["RCPT TO:<nobody10@here.example>", "550 5.7.1 There were too many signs of abuse in this session", "policy"],
        goodbye,
        ["(waits 1500 ms)", ""],
        ["(comes again)", ""],
        ...hello("mail.good.example"),
        [`MAIL FROM:<${ann}>`, "250"],
        [
          "RCPT TO:<nobody1@here.example>",
          "550 5.7.1 You were naughty. You cannot connect for 1.00 more days.",
          "karma",
        ],
        ["", "closed"],
      ],
      because: "policy.thresholds ends the session, and karma keeps the client out for a day",
    },
  },
  {
    kind: "a slow client",
    address: "203.0.113.138",
    steps: [
      ...hello("mail.good.example"),
      ...envelope(ann, reader),
      ["DATA", "354"],
      [
        '(sends 5 lines of "drip", one a second)',
        "421 4.4.2 mx.here.example gets mail data too slowly, closing connection",
        "server",
      ],
      ["", "closed"],
    ],
  },
  {
    kind: "one that falls silent within the mail data",
    address: "203.0.113.139",
    steps: [
      ...hello("mail.good.example"),
      ...envelope(ann, reader),
      ["DATA", "354"],
      [
        "(begins a message of 2 KB and falls silent)",
        "421 4.4.2 mx.here.example waited too long, closing connection",
        "server",
      ],
      ["", "closed"],
    ],
    because: "timeouts.data, here 4 s",
  },
  {
    kind: "one that asks for a relay in every way it knows",
    address: "203.0.113.140",
    steps: [
      ...hello("mail.good.example"),
      [`MAIL FROM:<${ann}>`, "250"],
      ["RCPT TO:<victim@far.example>", "550 5.7.1 Relaying denied", "rcpt_ok"],
      [
        "RCPT TO:<victim%far.example@here.example>",
        "550 5.1.1 Sorry, percent signs are not accepted here",
        "badrcptto",
      ],
      ["RCPT TO:<@here.example:victim@far.example>", "550 5.7.1 Relaying denied", "rcpt_ok"],
      ["RCPT TO:<far.example!victim@here.example>", "550 5.1.1 Sorry, bang paths are not accepted here", "badrcptto"],
      [
        'RCPT TO:<"victim@far.example"@here.example>',
        "550 5.1.1 Sorry, several at signs are not accepted here",
        "badrcptto",
      ],
      ["RCPT TO:<victim@far.example@here.example>", "501 5.1.3 The domain of the address is malformed", "server"],
      ["RCPT TO:<victim@[198.51.100.99]>", "550 5.7.1 Relaying denied", "rcpt_ok"],
      ["RCPT TO:<victim@mx.here.example.far.example>", "550 5.7.1 Relaying denied", "rcpt_ok"],
      ["RCPT TO:<victim>", "501 5.1.3 The address has no domain", "server"],
      goodbye,
    ],
  },
  {
    kind: "one that writes to somebody who has left",
    address: "203.0.113.141",
    steps: [
      ...hello("mail.good.example"),
      [`MAIL FROM:<${ann}>`, "250"],
      ["RCPT TO:<former@here.example>", "550 5.1.1 He has left; write to office@here.example", "badrcptto"],
      ["RCPT TO:<office@here.example>", "250", "rcpt_ok"],
      ...data("a message"),
      goodbye,
    ],
    arrives: 1,
  },
  {
    kind: "one that comes too often",
    address: "203.0.113.142",
    steps: [greeted, ["(comes and goes 19 times more)", ""], ["(comes again)", ""], greeted],
    whenAllIsOn: {
      steps: [
        greeted,
        ["(comes and goes 19 times more)", ""],
        ["(comes again)", ""],
        ["", "421 Too many connections from your address, try again later", "ratelimit"],
        ["", "closed"],
      ],
      because: "20 times at once, and 60 times an hour, is what the file allows",
    },
  },
];
