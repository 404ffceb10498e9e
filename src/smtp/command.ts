// One command line, parsed once: verb and arguments become values that cannot be wrong. RFC 5321 §4.1.1.

import type { Mailbox, Parameters } from "../../sdk/contract/event.ts";
import { parseParameters } from "./parameters.ts";
import { parseForwardPath, parseReversePath } from "./path.ts";
import type { Reply } from "./reply.ts";
import * as replies from "./replies.ts";

/** The verbs this server knows. */
export type Verb =
  | HelloCommand["verb"]
  | "MAIL"
  | "RCPT"
  | "AUTH"
  | "BDAT"
  | BareCommand["verb"]
  | ArgumentCommand["verb"];

export interface HelloCommand {
  readonly verb: "EHLO" | "HELO" | "LHLO";
  readonly name: string;
}
/** `utf8`: the reverse-path needs SMTPUTF8. */
export interface MailCommand {
  readonly verb: "MAIL";
  readonly reversePath: Mailbox | null;
  readonly parameters: Parameters;
  readonly utf8: boolean;
}
/** `utf8`: the forward-path needs SMTPUTF8. */
export interface RcptCommand {
  readonly verb: "RCPT";
  readonly forwardPath: Mailbox;
  readonly parameters: Parameters;
  readonly utf8: boolean;
}
/** `initial` is in base64; `=` stands for an empty one. RFC 4954 §4. */
export interface AuthCommand {
  readonly verb: "AUTH";
  readonly mechanism: string;
  readonly initial?: string;
}
/** RFC 3030 §2. */
export interface BdatCommand {
  readonly verb: "BDAT";
  readonly octets: number;
  readonly last: boolean;
}
export interface BareCommand {
  readonly verb: "DATA" | "RSET" | "QUIT" | "STARTTLS";
}
/** `argument` is the rest of the line, possibly empty. */
export interface ArgumentCommand {
  readonly verb: "NOOP" | "HELP" | "VRFY" | "XCLIENT" | "XFORWARD";
  readonly argument: string;
}
/** A known verb with wrong arguments: it still knows its verb, so the reply can be exact. */
export interface MalformedCommand {
  readonly verb: "malformed";
  readonly of: Verb;
  readonly reply: Reply;
}
/** `word` stands in the place of the verb, as the client wrote it. */
export interface UnrecognizedCommand {
  readonly verb: "unrecognized";
  readonly word: string;
  readonly argument: string;
}

export type Command =
  | HelloCommand
  | MailCommand
  | RcptCommand
  | AuthCommand
  | BdatCommand
  | BareCommand
  | ArgumentCommand
  | MalformedCommand
  | UnrecognizedCommand;

const parsers: { readonly [V in Verb]: (argument: string) => Command } = {
  EHLO: (argument) => parseHello("EHLO", argument),
  HELO: (argument) => parseHello("HELO", argument),
  LHLO: (argument) => parseHello("LHLO", argument),
  MAIL: parseMail,
  RCPT: parseRcpt,
  AUTH: parseAuth,
  BDAT: parseBdat,
  STARTTLS: (argument) => parseBare("STARTTLS", argument),
  DATA: (argument) => parseBare("DATA", argument),
  RSET: (argument) => parseBare("RSET", argument),
  QUIT: (argument) => parseBare("QUIT", argument),
  NOOP: (argument) => ({ verb: "NOOP", argument }),
  HELP: (argument) => ({ verb: "HELP", argument }),
  VRFY: parseVrfy,
  XCLIENT: (argument) => ({ verb: "XCLIENT", argument }),
  XFORWARD: (argument) => ({ verb: "XFORWARD", argument }),
};

// RFC 5321 §4.5.3.1.4 asks for 512, extensions add to it; an initial response of AUTH is as long as its tokens are.
const mostCommandOctets = 2046;

/** Is it longer than any honest command? */
export function isOverlong(line: string): boolean {
  return line.length > mostCommandOctets && !/^AUTH /i.test(line);
}

/** `line` has no CRLF any more. Never throws; what cannot be understood is a command too. */
export function parseCommand(line: string): Command {
  // RFC 5321 §4.1.1: white space before the CRLF should be tolerated.
  // The look behind keeps a long run of spaces in the middle from being tried at each of them.
  const text = line.replace(/(?<![ \t])[ \t]+$/, "");
  const space = text.indexOf(" ");
  const word = space === -1 ? text : text.slice(0, space);
  const argument = space === -1 ? "" : text.slice(space + 1);
  const verb = asVerb(word);
  return verb === undefined ? { verb: "unrecognized", word, argument } : parsers[verb](argument);
}

// Only ASCII letters are folded: toUpperCase alone would make a verb of other letters, "ſ" for one.
function asVerb(word: string): Verb | undefined {
  if (!/^[A-Za-z]{4,8}$/.test(word)) return undefined;
  const upper = word.toUpperCase();
  return isVerb(upper) ? upper : undefined;
}

function isVerb(word: string): word is Verb {
  return Object.hasOwn(parsers, word);
}

function malformed(of: Verb, reply: Reply): MalformedCommand {
  return { verb: "malformed", of, reply };
}

/**
 * RFC 5321 §4.1.1.1 wants a domain or an address literal. Real clients send names with underscores, bare addresses and
 * worse, and §4.1.4 forbids refusing mail for a name that does not verify: whether a name is good enough is for the
 * plugins of the hook to say. What is accepted here cannot break a line, a log or a trace field.
 */
function parseHello(verb: HelloCommand["verb"], argument: string): Command {
  if (argument === "") return malformed(verb, replies.helloNeedsName(verb));
  if (argument.length > 255 || !/^[^\s\p{C}]+$/u.test(argument)) return malformed(verb, replies.badHelloName(verb));
  return { verb, name: argument };
}

// RFC 5321 §3.3 forbids the space behind the colon; so many clients send one that servers take it.
function parseMail(argument: string): Command {
  const text = /^FROM: ?(.*)$/is.exec(argument)?.[1];
  if (text === undefined) return malformed("MAIL", replies.mailSyntax());
  const path = parseReversePath(text);
  if (path.kind === "malformed") return malformed("MAIL", replies.badReversePath(path.reason));
  if (!/^(?: |$)/.test(path.rest)) return malformed("MAIL", replies.mailSyntax());
  const parsed = parseParameters("MAIL", path.rest);
  if (parsed.kind === "malformed") return malformed("MAIL", parsed.reply);
  return { verb: "MAIL", reversePath: path.mailbox, parameters: parsed.parameters, utf8: path.utf8 };
}

function parseRcpt(argument: string): Command {
  const text = /^TO: ?(.*)$/is.exec(argument)?.[1];
  if (text === undefined) return malformed("RCPT", replies.rcptSyntax());
  const path = parseForwardPath(text);
  if (path.kind === "malformed") return malformed("RCPT", replies.badForwardPath(path.reason));
  if (!/^(?: |$)/.test(path.rest)) return malformed("RCPT", replies.rcptSyntax());
  const parsed = parseParameters("RCPT", path.rest);
  if (parsed.kind === "malformed") return malformed("RCPT", parsed.reply);
  return { verb: "RCPT", forwardPath: path.mailbox, parameters: parsed.parameters, utf8: path.utf8 };
}

function parseAuth(argument: string): Command {
  const found = /^([A-Za-z0-9_-]{1,20})(?: ([^ ]+))?$/.exec(argument); // RFC 4422 §3.1
  if (found === null) return malformed("AUTH", replies.authSyntax());
  const [, mechanism = "", initial] = found;
  const verb = { verb: "AUTH", mechanism: mechanism.toUpperCase() } as const;
  return initial === undefined ? verb : { ...verb, initial };
}

/** A malformed one is the last command of its connection: nobody knows how many octets come behind it. */
function parseBdat(argument: string): Command {
  const found = /^([0-9]{1,15})( LAST)?$/i.exec(argument);
  if (found === null) return malformed("BDAT", replies.bdatSyntax());
  return { verb: "BDAT", octets: Number(found[1]), last: found[2] !== undefined };
}

function parseBare(verb: BareCommand["verb"], argument: string): Command {
  return argument === "" ? { verb } : malformed(verb, replies.noArgumentAllowed(verb));
}

function parseVrfy(argument: string): Command {
  return argument === "" ? malformed("VRFY", replies.vrfyNeedsArgument()) : { verb: "VRFY", argument };
}
