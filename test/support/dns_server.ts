// A name server on real sockets, UDP and TCP, that answers by a table, lies if the table says so, and counts questions.

import { createSocket, type RemoteInfo, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { type Answer, decode, type DecodedPacket, encode, type Question } from "dns-packet";

/**
 * Other ways to answer than with records, or with them but badly. `TRUNCATE` sends them by TCP alone, `OTHER_PORT` from
 * where nobody asked, `LIE_FIRST` after an answer with a wrong id, `FLOOD` behind a hundred of these; `CLOSE` is for TCP.
 */
export type Misdeed =
  | "NXDOMAIN"
  | "SERVFAIL"
  | "REFUSED"
  | "FORMERR"
  | "TIMEOUT"
  | "TRUNCATE"
  | "GARBAGE"
  | "WRONG_ID"
  | "WRONG_QUESTION"
  | "OTHER_PORT"
  | "LIE_FIRST"
  | "FLOOD"
  | "CLOSE";

export interface Row {
  /** As in a zone file: `10 mx.example.org`, `3 1 1 0a1b`, `192.0.2.1`, `v=spf1 -all`. */
  readonly records?: readonly string[];
  readonly as?: Misdeed;
  /** What it does by TCP instead. */
  readonly tcp?: Misdeed;
  /** Seconds; 300 if not said. */
  readonly ttl?: number;
  /** Sets the AD bit. */
  readonly authenticated?: boolean;
  /** Milliseconds before it answers. */
  readonly delay?: number;
  /** Aliases and whatever else comes in front, ready-made. */
  readonly before?: readonly Answer[];
  /** Does what a server from before EDNS does. */
  readonly refusesEdns?: boolean;
}

/**
 * Rows by `name TYPE`, lower case; those of `*` answer for every name without one. An alias has a row of type CNAME,
 * and is followed in the table. What is missing is answered as a real server would: with NXDOMAIN, or with nothing if
 * the name has rows of other types.
 */
export interface Zone {
  readonly [question: string]: readonly string[] | Misdeed | Row;
}

/** Seconds, in the SOA record of negative answers; 0 leaves that record out. */
export const negativeTtl = 60;

export class DnsServer {
  /** `example.org MX udp`, in the order in which they came. */
  readonly asked: string[] = [];
  /** The most questions that waited for a delayed answer at once. */
  busiest = 0;
  /** May be changed while it runs. */
  zone: Zone;
  readonly #udp: UdpSocket = createSocket("udp4");
  readonly #tcp: Server = createServer((socket) => this.#serve(socket));
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();

  private constructor(zone: Zone) {
    this.zone = zone;
  }

  /** On 127.0.0.1, UDP and TCP on the same port. */
  static async start(zone: Zone = {}): Promise<DnsServer> {
    for (let left = 20; left > 0; left--) {
      const server = new DnsServer(zone);
      await new Promise<void>((resolve) => server.#tcp.listen(0, "127.0.0.1", resolve));
      if (await server.#bindUdp()) return server;
      // Something else has this port for UDP.
      await server.stop();
    }
    throw new Error("Cannot start a name server: no port is free for both UDP and TCP");
  }

  get port(): number {
    return (this.#tcp.address() as AddressInfo).port;
  }

  /** As the resolver's `servers` want it. */
  get address(): { readonly address: string; readonly port: number } {
    return { address: "127.0.0.1", port: this.port };
  }

  /** How often this was asked: `example.org MX`, or `example.org MX tcp`. */
  count(question: string): number {
    return this.asked.filter((asked) => `${asked} `.startsWith(`${question} `)).length;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([
      new Promise((resolve) => this.#tcp.close(resolve)),
      new Promise<void>((resolve) => this.#udp.close(resolve)),
    ]);
  }

  #bindUdp(): Promise<boolean> {
    this.#udp.on("message", (octets: Uint8Array, from: RemoteInfo) => {
      this.#answer(octets, "udp", (answer, as) => this.#sendDatagrams(answer, as, from));
    });
    return new Promise((resolve) => {
      this.#udp.on("error", () => resolve(false));
      this.#udp.bind(this.port, "127.0.0.1", () => resolve(true));
    });
  }

  #sendDatagrams(answer: Uint8Array, as: string, { port, address }: RemoteInfo): void {
    if (as === "OTHER_PORT") {
      const other = createSocket("udp4");
      return other.send(answer, port, address, () => other.close());
    }
    const lies = as === "LIE_FIRST" ? 1 : as === "FLOOD" ? 100 : 0;
    const lie = Buffer.concat([Uint8Array.of((answer[0] ?? 0) ^ 1), answer.subarray(1)]);
    for (let i = 0; i < lies; i++) this.#udp.send(lie, port, address);
    this.#udp.send(answer, port, address);
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    let received: Buffer = Buffer.alloc(0);
    socket.on("data", (chunk: Uint8Array) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < received.readUInt16BE(0) + 2) return;
      this.#answer(received.subarray(2), "tcp", (answer, as) => {
        const whole = Buffer.concat([Uint8Array.of(answer.length >> 8, answer.length & 255), answer]);
        if (as === "CLOSE") socket.end(whole.subarray(0, -1));
        else socket.write(whole);
      });
    });
  }

  #answer(octets: Uint8Array, transport: "udp" | "tcp", send: (answer: Uint8Array, as: string) => void): void {
    const query = decode(Buffer.from(octets));
    const [question] = query.questions ?? [];
    if (question === undefined) return;
    this.asked.push(`${question.name.toLowerCase()} ${question.type} ${transport}`);
    const row = this.#rowFor(question);
    const as = behaviour(query, row, transport);
    if (as === "TIMEOUT") return;
    const answer = compose(query.id ?? 0, question, row, as, this.#answersTo(question, row));
    if (row.delay === undefined) return send(answer, as);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      send(answer, as);
    }, row.delay);
    this.#timers.add(timer);
    this.busiest = Math.max(this.busiest, this.#timers.size);
  }

  #rowFor({ name, type }: Question): Row {
    const zone = this.zone;
    const lower = name.toLowerCase();
    const found = zone[`${lower} ${type}`] ?? zone[`${lower} CNAME`];
    const isKnown = Object.keys(zone).some((key) => key.startsWith(`${lower} `));
    const given = found ?? (isKnown ? [] : zone[`* ${type}`] ?? "NXDOMAIN");
    if (typeof given === "string") return { as: given };
    return "length" in given ? { records: given } : given;
  }

  /** Records for the question, through aliases that the table holds. */
  #answersTo({ name, type }: Question, row: Row, depth = 0): Answer[] {
    const isAlias = type !== "CNAME" && this.zone[`${name.toLowerCase()} ${type}`] === undefined &&
      this.zone[`${name.toLowerCase()} CNAME`] !== undefined;
    const own = (row.records ?? []).map((text) => record(name, isAlias ? "CNAME" : type, text, row.ttl ?? 300));
    if (!isAlias || depth > 20) return [...row.before ?? [], ...own];
    const next: Question = { name: row.records?.[0] ?? ".", type };
    return [...own, ...this.#answersTo(next, this.#rowFor(next), depth + 1)];
  }
}

const rcodes: { readonly [misdeed: string]: number } = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };

function behaviour(query: DecodedPacket, row: Row, transport: "udp" | "tcp"): Misdeed | "" {
  const hasEdns = (query.additionals ?? []).some((additional) => additional.type === "OPT");
  if (row.refusesEdns === true && hasEdns) return "FORMERR";
  if (transport === "udp") return row.as ?? "";
  return row.tcp ?? (row.as === "TRUNCATE" ? "" : row.as ?? "");
}

function compose(id: number, question: Question, row: Row, as: Misdeed | "", answers: Answer[]): Uint8Array {
  const rcode = rcodes[as] ?? 0;
  const isCut = as === "TRUNCATE";
  const sent = rcode !== 0 || isCut ? [] : answers;
  const isNegative = sent.length === 0 && (rcode === 0 || rcode === 3) && !isCut;
  const octets = encode({
    type: "response",
    id: as === "WRONG_ID" ? id ^ 1 : id,
    flags: rcode | 0x0180 | (row.authenticated === true ? 0x0020 : 0) | (isCut ? 0x0200 : 0),
    questions: [as === "WRONG_QUESTION" ? { ...question, name: `x${question.name}` } : question],
    answers: sent,
    authorities: isNegative && row.ttl !== 0 ? [soa(question)] : [],
  });
  // What remains is the header and the question, so that it is taken for an answer.
  return as === "GARBAGE" ? Buffer.concat([octets.subarray(0, 12 + question.name.length + 6), garbage]) : octets;
}

/** In the place of records: the header promised some. */
const garbage = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);

function soa({ name }: Question): Answer {
  const data = { mname: "ns.test", rname: "root.test", serial: 1, refresh: 1, retry: 1, expire: 1 };
  return { name, type: "SOA", ttl: negativeTtl * 2, data: { ...data, minimum: negativeTtl } };
}

/** One line of a zone file, for the types that the resolver knows. */
function record(name: string, type: Question["type"], text: string, ttl: number): Answer {
  const words = text.split(" ");
  switch (type) {
    case "MX":
      return { name, type, ttl, data: { preference: Number(words[0]), exchange: words[1] ?? "." } };
    case "TXT":
      return { name, type, ttl, data: text.match(/[^]{1,255}/g) ?? [""] };
    case "TLSA": {
      const [usage = 0, selector = 0, matchingType = 0] = words.map(Number);
      return {
        name,
        type,
        ttl,
        data: { usage, selector, matchingType, certificate: Buffer.from(words[3] ?? "", "hex") },
      };
    }
    case "A":
    case "AAAA":
    case "CNAME":
    case "NS":
    case "PTR":
      return { name, type, ttl, data: text };
    default:
      throw new Error(`Cannot serve ${type} records: test/support/dns_server.ts does not know them`);
  }
}
