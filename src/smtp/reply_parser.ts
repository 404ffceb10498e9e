// Reads the replies of another server, when we are the client. RFC 5321 §4.2.

const LF = 0x0a;
const CR = 0x0d;
const nothing = new Uint8Array(0);

export type ParsedReply =
  | { readonly kind: "reply"; readonly code: number; readonly status?: string; readonly lines: readonly string[] }
  /** Not SMTP, or more than is bearable. Nothing behind it can be trusted: close the connection. */
  | { readonly kind: "malformed" };

// Far above what any server says; a reply without end must not fill our memory.
const maxOctets = 65536;
const maxLines = 200;

interface ReplyLine {
  readonly code: number;
  readonly isLast: boolean;
  readonly status: string | undefined;
  readonly text: string;
}

/** Holds at most 64 KB and 200 lines of one reply. Lines end in CRLF; once malformed, always malformed. */
export class ReplyParser {
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  #chunk: Uint8Array = nothing;
  #lines: ReplyLine[] = [];
  #octets = 0;
  #malformed = false;

  /** Octets are there that belong to no whole reply yet. */
  get waiting(): boolean {
    return this.#chunk.length > 0 || this.#lines.length > 0;
  }

  push(chunk: Uint8Array): void {
    if (this.#malformed) return;
    const joined = new Uint8Array(this.#chunk.length + chunk.length);
    joined.set(this.#chunk);
    joined.set(chunk, this.#chunk.length);
    this.#chunk = joined;
  }

  /** The next whole reply, or `undefined` if more bytes are needed. Call until `undefined` before pushing more. */
  next(): ParsedReply | undefined {
    while (!this.#malformed) {
      const end = this.#chunk.indexOf(LF);
      if (this.#octets + (end === -1 ? this.#chunk.length : end + 1) > maxOctets) break;
      if (end === -1) return undefined;
      const line = this.#chunk[end - 1] === CR
        ? readLine(this.#utf8.decode(this.#chunk.subarray(0, end - 1)))
        : undefined;
      this.#chunk = this.#chunk.subarray(end + 1);
      this.#octets += end + 1;
      if (line === undefined || line.code !== (this.#lines[0] ?? line).code) break;
      this.#lines.push(line);
      if (line.isLast) return this.#takeReply(line.code);
      if (this.#lines.length === maxLines) break;
    }
    this.#malformed = true;
    this.#chunk = nothing;
    this.#lines = [];
    return { kind: "malformed" };
  }

  #takeReply(code: number): ParsedReply {
    const lines = this.#lines;
    this.#lines = [];
    this.#octets = 0;
    const status = lines[0]?.status;
    // RFC 2034 §4: every line has the status. Where lines disagree it is text, and nothing of it is lost.
    const agreed = status !== undefined && lines.every((line) => line.status === status);
    const texts = lines.map((line) => agreed ? line.text.slice(status.length).replace(/^ /, "") : line.text);
    return agreed ? { kind: "reply", code, status, lines: texts } : { kind: "reply", code, lines: texts };
  }
}

function readLine(line: string): ReplyLine | undefined {
  const [, digits, separator, text = ""] = /^([2-5][0-5][0-9])(?:([ -])(.*))?$/s.exec(line) ?? [];
  if (digits === undefined || text.includes("\r")) return undefined;
  const status = /^[245]\.[0-9]{1,3}\.[0-9]{1,3}(?= |$)/.exec(text)?.[0];
  const agrees = status !== undefined && status[0] === digits[0];
  return { code: Number(digits), isLast: separator !== "-", status: agrees ? status : undefined, text };
}
