// Replies of the next server: read line by line within bounds, and what one to RCPT says about the mailbox.

import type { TcpConnection } from "#sdk";

export interface Reply {
  readonly code: number;
  /** Of RFC 3463, if there is one. */
  readonly status: string | undefined;
  /** Without code and status; `EHLO` has its keywords here. */
  readonly lines: readonly string[];
}

/**
 * `exists`: mail for it would be taken, at least some time. `missing`: never. `other`: the refusal is for good, but is
 * about something else than the mailbox. `later`: ask again.
 */
export type Said = "exists" | "missing" | "other" | "later";

/** RFC 5321 §4.5.3.1.5 has 512 octets a line; some servers take more. */
const longestLine = 2000;

/** Of all replies together: each costs a request to the host, which allows 100 a call. */
const mostLines = 80;

export class Replies {
  readonly #connection: TcpConnection;
  #left = mostLines;

  constructor(connection: TcpConnection) {
    this.#connection = connection;
  }

  /** Undefined if it is no SMTP, or more than is bearable. HostError as `readUntil` throws it. */
  next(): Reply | undefined {
    const lines: string[] = [];
    let first: { readonly code: string; readonly status: string | undefined } | undefined;
    while (this.#left > 0) {
      this.#left--;
      const { text } = this.#connection.readUntil("\r\n", longestLine);
      // RFC 5321 §4.2.1; some servers leave out the blank where there is no text.
      const [, code = "", more = "", rest = ""] = /^([2-5]\d\d)(?:([ -])(.*))?\r\n$/s.exec(text) ?? [];
      if (code === "" || (first !== undefined && first.code !== code)) return undefined;
      const [, status, words = rest] = /^([245]\.\d{1,3}\.\d{1,3})(?: (.*))?$/s.exec(rest) ?? [];
      first ??= { code, status };
      lines.push(words);
      if (more !== "-") return { code: Number(code), status: first.status, lines };
    }
    return undefined;
  }
}

export function meaningOf({ code, status }: Reply): Said {
  if (code < 300) return "exists";
  if (code < 500) return "later";
  // X.2.2: the mailbox is full, so there is one.
  if (status === "5.2.2" || (status === undefined && code === 552)) return "exists";
  // X.1: bad address; X.2.1: mailbox disabled; Exchange says X.4.1 of unknown recipients.
  if (status !== undefined) return /^5\.(?:1\.\d+|2\.1|4\.1)$/.test(status) ? "missing" : "other";
  return [550, 551, 553].includes(code) ? "missing" : "other";
}
