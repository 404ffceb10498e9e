// As much of IMAP (RFC 9051, RFC 3501) as it takes to see whether a server lets somebody in.

import type { TcpConnection } from "#sdk";

/** How a command ended; `gone` is all that is no tagged answer. `code` is the response code, `AUTHENTICATIONFAILED`. */
export type Ended =
  | { readonly kind: "ok" | "no" | "bad"; readonly code: string }
  | { readonly kind: "gone"; readonly why: string };

export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** Octets of a line; and lines that a command may bring before its end. */
const longestLine = 8192;
const mostLines = 100;

export class ImapSession {
  readonly #connection: TcpConnection;
  #tags = 0;
  #capabilities: readonly string[] = [];

  constructor(connection: TcpConnection) {
    this.#connection = connection;
  }

  /** What is wrong with the greeting. PREAUTH would let in everybody: it is no answer about anybody. */
  greeting(): string | undefined {
    const line = this.#line();
    return line !== undefined && /^\* OK\b/i.test(line) ? undefined : "it does not greet with OK";
  }

  /** RFC 9051 §6.2.1. What was announced before TLS counts for nothing. */
  startTls(): string | undefined {
    const ended = this.#command("STARTTLS");
    if (ended.kind !== "ok") return "it refuses STARTTLS";
    this.#connection.secure();
    return undefined;
  }

  /** AUTHENTICATE PLAIN where it is offered, otherwise LOGIN. */
  logIn(credentials: Credentials): Ended {
    const asked = this.#command("CAPABILITY");
    if (asked.kind === "gone") return asked;
    if (asked.kind !== "ok") return { kind: "gone", why: "it does not say what it can do" };
    if (this.#capabilities.includes("AUTH=PLAIN")) return this.#authenticate(credentials);
    if (this.#capabilities.includes("LOGINDISABLED")) return { kind: "gone", why: "it offers neither PLAIN nor LOGIN" };
    return this.#logInPlainly(credentials);
  }

  logOut(): void {
    this.#connection.write(`a${this.#tags + 1} LOGOUT\r\n`);
    this.#connection.close();
  }

  /** RFC 4616 §2: no authorization identity. */
  #authenticate({ name, password }: Credentials): Ended {
    const octets = new TextEncoder().encode(`\0${name}\0${password}`);
    return this.#command("AUTHENTICATE PLAIN", [`${btoa(String.fromCharCode(...octets))}\r\n`]);
  }

  /** With literals, RFC 9051 §4.3: nothing in them can be taken for anything else. */
  #logInPlainly({ name, password }: Credentials): Ended {
    const [nameLength, passwordLength] = [name, password].map((text) => new TextEncoder().encode(text).length);
    return this.#command(`LOGIN {${nameLength}}`, [`${name} {${passwordLength}}\r\n`, `${password}\r\n`]);
  }

  /** Each `+` of the server is answered with the next of the continuations. */
  #command(text: string, continuations: readonly string[] = []): Ended {
    this.#tags += 1;
    const tag = `a${this.#tags}`;
    this.#connection.write(`${tag} ${text}\r\n`);
    let continued = 0;
    for (let lines = 0; lines < mostLines; lines += 1) {
      const line = this.#line();
      if (line === undefined) return { kind: "gone", why: "it closed the connection" };
      if (/^\* BYE\b/i.test(line)) return { kind: "gone", why: "it says BYE" };
      if (line.startsWith("* ")) this.#note(line.slice(2));
      else if (line.startsWith("+")) {
        const next = continuations[continued];
        if (next === undefined) return { kind: "gone", why: "it wants more than there is" };
        continued += 1;
        this.#connection.write(next);
      } else return endOf(line, tag);
    }
    return { kind: "gone", why: "it says too much" };
  }

  #note(response: string): void {
    const [word = "", ...rest] = response.toUpperCase().split(" ");
    if (word === "CAPABILITY") this.#capabilities = rest;
  }

  /** Without its end; undefined when the server has gone. */
  #line(): string | undefined {
    const { text } = this.#connection.readUntil("\r\n", longestLine);
    return text.endsWith("\r\n") ? text.slice(0, -2) : undefined;
  }
}

function endOf(line: string, tag: string): Ended {
  const [, answered, word = "", code = ""] = /^(\S+) (OK|NO|BAD)\b(?: \[([A-Z-]+)[ \]])?/i.exec(line) ?? [];
  if (answered !== tag) return { kind: "gone", why: "it speaks no IMAP" };
  return { kind: word.toLowerCase() as "ok" | "no" | "bad", code: code.toUpperCase() };
}
