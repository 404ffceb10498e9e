// The notation for octets in transcripts: backslash escapes, and braces for what is long, computed or not known before.

import { createHmac } from "node:crypto";
import { scramProof, scramSignature } from "./scram_words.ts";

/** Values of `{name}`: set by what the server said, used in what the client says. */
export type Names = Map<string, string>;

const escapes: { readonly [letter: string]: string } = { r: "\r", n: "\n", t: "\t", "0": "\0" };
const piece = /\\x([0-9a-fA-F]{2})|\\(.)|\{([^{}]*)\}|[^\\{}]+|./gsu;

/** Functions of `{function argument}`. Each is given what its argument stands for, a latin1 character an octet. */
const functions: { readonly [name: string]: (argument: string, names: Names) => string } = {
  base64: (argument) => btoa(argument),
  cramMd5: (argument, names) => {
    const [user = "", password = "", challenge = ""] = argument.split(" ");
    const key = Buffer.from(password, "latin1");
    const digest = createHmac("md5", key).update(atob(names.get(challenge) ?? ""), "latin1").digest("hex");
    return btoa(`${user} ${digest}`);
  },
  scramProof: (argument, names) => btoa(scramProof(scramSaid(argument, names))),
  scramSignature: (argument, names) => btoa(scramSignature(scramSaid(argument, names))),
};

function scramSaid(argument: string, names: Names): Parameters<typeof scramProof>[0] {
  const [user = "", password = "", nonce = "", challenge = ""] = argument.split(" ");
  return { user, password, nonce, challenge: atob(names.get(challenge) ?? "") };
}

/**
 * What is sent for a line as it is written: one latin1 character an octet. `é` is its two octets of UTF-8, `\xe9` the one
 * octet; `{3000 a}` is an a 3000 times; `{base64 \0user\0word}` is encoded; `{id}` is what `{id}` was in a reply.
 */
export function octetsOf(written: string, names: Names = new Map()): string {
  let octets = "";
  for (const [text, hex, letter, braced] of written.matchAll(piece)) {
    if (hex !== undefined) octets += String.fromCharCode(Number.parseInt(hex, 16));
    else if (letter !== undefined) octets += escapes[letter] ?? letter;
    else if (braced !== undefined) octets += bracedOctets(braced, names);
    else octets += utf8(text);
  }
  return octets;
}

/** Does the line need something that the server has said before? Then it cannot be sent ahead. */
export function isDependent(written: string): boolean {
  return [...written.matchAll(piece)].some(([, , , braced]) =>
    braced !== undefined && /^(?:cramMd5 |scram\w+ |\w+$)/.test(braced)
  );
}

/** Compares a line of a reply with how it is written; `{name}` stands for anything without a space, and is noted. */
export function matches(written: string, line: string, names: Names): boolean {
  const unknown: string[] = [];
  let pattern = "";
  for (const [text, , , braced] of written.matchAll(piece)) {
    if (braced !== undefined && /^[a-z]\w*$/i.test(braced) && !names.has(braced)) {
      unknown.push(braced);
      pattern += "(\\S+)";
    } else pattern += RegExp.escape(octetsOf(text, names));
  }
  const found = new RegExp(`^${pattern}$`, "s").exec(line);
  for (const [i, name] of unknown.entries()) names.set(name, found?.[i + 1] ?? "");
  return found !== null;
}

/** Octets as a transcript would write them. */
export function written(octets: string): string {
  return octets.replace(/[^ -[\]-z|~]/g, (octet) => {
    const letter = Object.keys(escapes).find((key) => escapes[key] === octet);
    if (letter !== undefined) return `\\${letter}`;
    return octet > " " && octet <= "~" ? `\\${octet}` : `\\x${octet.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

function bracedOctets(braced: string, names: Names): string {
  const [, word = "", argument] = /^(\S+)(?: (.*))?$/s.exec(braced) ?? [];
  if (argument === undefined) {
    const value = names.get(word);
    if (value === undefined) {
      throw new Error(`{${braced}}: the server has not said what this is; write \\{ for a brace`);
    }
    return value;
  }
  if (/^\d+$/.test(word)) return octetsOf(argument, names).repeat(Number(word));
  const compute = Object.hasOwn(functions, word) ? functions[word] : undefined;
  if (compute === undefined) {
    throw new Error(`{${braced}}: no such function; there are ${Object.keys(functions).join(", ")}`);
  }
  return compute(octetsOf(argument, names), names);
}

function utf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
