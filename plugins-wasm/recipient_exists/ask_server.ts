// One question to the next server: the beginning of a transaction that is never finished.

import { HostError } from "#sdk";
import type { Host, Mailbox, TcpConnection } from "#sdk";
import { printable } from "../shared/printable.ts";
import { pathOf } from "./path.ts";
import { meaningOf, Replies, type Reply, type Said } from "./replies.ts";

export interface Asking {
  readonly server: string;
  readonly protocol: "smtp" | "lmtp";
  readonly hello: string;
  readonly reversePath: Mailbox | null;
  /** Milliseconds for each step. */
  readonly timeout: number;
}

/** `unasked`: it came to no answer about the mailbox; `why` is for the log. */
export type Asked = { readonly kind: "said"; readonly said: Said; readonly words: string } | {
  readonly kind: "unasked";
  readonly why: string;
};

/** Never throws for what the server does; what it says is bounded by `Replies`. */
export function askServer(host: Pick<Host, "tcp">, asking: Asking, mailbox: Mailbox): Asked {
  try {
    const connection = host.tcp.open(asking.server, { timeout: asking.timeout });
    try {
      return ask({ connection, replies: new Replies(connection) }, asking, mailbox);
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { kind: "unasked", why: `${error.code}: ${error.message}` };
  }
}

interface Talk {
  readonly connection: TcpConnection;
  readonly replies: Replies;
}

function ask(talk: Talk, asking: Asking, mailbox: Mailbox): Asked {
  const greeting = talk.replies.next();
  if (greeting?.code !== 220) return unexpected("the greeting", greeting);
  const hello = introduce(talk, asking);
  if (hello?.code !== 250) return unexpected("the hello", hello);
  const [from, to] = [pathOf(asking.reversePath), pathOf(mailbox)];
  const isInternational = /[^ -~]/.test(from + to);
  const takesUtf8 = hello.lines.some((line) => /^SMTPUTF8$/i.test(line.trim()));
  // RFC 6531 §3.4: without the parameter such a path may not be sent.
  if (isInternational && !takesUtf8) return { kind: "unasked", why: "it does not offer SMTPUTF8" };
  const mail = command(talk, `MAIL FROM:${from}${isInternational ? " SMTPUTF8" : ""}`);
  if (mail?.code !== 250) return unexpected("MAIL", mail);
  const reply = command(talk, `RCPT TO:${to}`);
  if (reply === undefined) return unexpected("RCPT", reply);
  leave(talk);
  return { kind: "said", said: meaningOf(reply), words: wordsOf(reply) };
}

function introduce(talk: Talk, { protocol, hello }: Asking): Reply | undefined {
  if (protocol === "lmtp") return command(talk, `LHLO ${hello}`);
  const reply = command(talk, `EHLO ${hello}`);
  // RFC 5321 §3.2
  return reply !== undefined && reply.code >= 500 ? command(talk, `HELO ${hello}`) : reply;
}

/** RFC 5321 §4.1.1.10: a client waits for the reply; but what it says is of no interest, nor whether it comes. */
function leave(talk: Talk): void {
  try {
    command(talk, "QUIT");
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  }
}

function command({ connection, replies }: Talk, line: string): Reply | undefined {
  connection.write(`${line}\r\n`);
  return replies.next();
}

function unexpected(what: string, reply: Reply | undefined): Asked {
  const why = reply === undefined
    ? `${what} was answered by what is no SMTP`
    : `${what} was answered ${wordsOf(reply)}`;
  return { kind: "unasked", why };
}

function wordsOf({ code, status, lines }: Reply): string {
  return printable([code, status, lines[0]].filter((part) => part !== undefined).join(" "), 200);
}
