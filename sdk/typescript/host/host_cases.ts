// Rows of what the capabilities do: host_test.ts runs them natively with the fake host, and as wasm with the real ones.

import type { Host } from "../define_plugin.ts";
import { HostError } from "./host_error.ts";

/** Where the servers of the test are. */
export interface Places {
  /** `http://127.0.0.1:80` */
  readonly http: string;
  /** `127.0.0.1:3310` */
  readonly tcp: string;
}

export type HostCase = readonly [title: string, run: (host: Host, places: Places) => unknown, expected: unknown];

/** The message under way. */
export const message = "From: a@b.test\r\nX-Long: one\r\n two\r\n\r\nbody \u00fc\r\nlast line\r\n";

/** What is answered to a line written to the TCP server. */
export const tcpReplies: { readonly [line: string]: string } = {
  "PING\r\n": "PONG\0rest",
  "\x00\xffbinary\r\n": "\xfe\xff",
};

function codeOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error instanceof HostError ? `HostError ${error.code}` : String(error);
  }
}

const dnsCases: readonly HostCase[] = [
  ["one name", ({ dns }) => {
    const answer = dns.resolve("Example.org.", "A");
    return answer.kind === "answered" ? [answer.rcode, answer.records, answer.ttl > 0, answer.authenticated] : answer;
  }, ["NOERROR", ["192.0.2.1"], true, false]],
  ["many names at once, in their order", ({ dns }) => {
    const [mx, missing, none, broken, reverse] = dns.resolveAll([
      { name: "example.org", type: "MX" },
      { name: "nobody.example.org", type: "TXT" },
      { name: "example.org", type: "AAAA" },
      { name: "broken.example.org", type: "A" },
      { name: "192.0.2.1", type: "PTR" },
    ]);
    return [
      mx.kind === "answered" ? mx.records.map(({ preference, exchange }) => `${preference} ${exchange}`) : mx,
      missing.kind === "answered" ? missing.rcode : missing,
      none.kind === "answered" ? [none.rcode, none.records.length] : none,
      broken.kind === "answered" ? broken.rcode : broken,
      reverse.kind === "answered" ? reverse.records : reverse,
    ];
  }, [["10 mx.example.org"], "NXDOMAIN", ["NOERROR", 0], "SERVFAIL", ["mail.example.org"]]],
  ["no names", ({ dns }) => dns.resolveAll([]), []],
  ["nobody answers", ({ dns }) => {
    const answer = dns.resolve("silent.example.org", "A", { timeout: 30 });
    return answer.kind === "failed" ? [answer.code, typeof answer.message] : answer;
  }, ["timeout", "string"]],
];

const storeCases: readonly HostCase[] = [
  ["get, set, delete", ({ store }) => {
    const before = store.get("a");
    store.set("a", { list: [1, "ü", null] }, { expires: 60 });
    const during = store.get("a");
    return [before, during, store.delete("a"), store.delete("a"), store.get("a")];
  }, [null, { list: [1, "ü", null] }, true, false, null]],
  ["compareAndSet", ({ store }) => [
    store.compareAndSet("b", undefined, { x: 1, y: 2 }),
    store.compareAndSet("b", undefined, 5),
    store.compareAndSet("b", { y: 2, x: 1 }, 6),
    store.compareAndSet("b", 7, 8),
    store.compareAndSet("c", 7, 8),
  ], [{ stored: true }, { stored: false, value: { x: 1, y: 2 } }, { stored: true }, { stored: false, value: 6 }, {
    stored: false,
  }]],
  ["increment", ({ store }) => {
    store.set("text", "x");
    const counted = [
      store.increment("n"),
      store.increment("n", 5, { expires: 9, refresh: true }),
      store.increment("n", -9),
    ];
    return [...counted, codeOf(() => store.increment("text"))];
  }, [1, 6, -3, "HostError conflict"]],
  ["scan, page by page", ({ store }) => {
    for (const key of ["p:2", "p:1", "q:1", "p:3"]) store.set(key, key.length);
    const first = store.scan("p:", { limit: 2 });
    return [first, store.scan("p:", { after: first.after ?? "" }), store.scan("none")];
  }, [
    { entries: [{ key: "p:1", value: 3 }, { key: "p:2", value: 3 }], after: "p:2" },
    { entries: [{ key: "p:3", value: 3 }] },
    { entries: [] },
  ]],
];

const httpCases: readonly HostCase[] = [
  ["a status is an answer", ({ http }, places) => {
    const answer = http.request({ url: `${places.http}/missing`, headers: { "x-test": "1" } });
    return answer.kind === "answered" ? [answer.status, answer.headers["x-seen"], answer.text] : answer;
  }, [404, "GET 1", "nö"]],
  ["a text is sent", ({ http }, places) => {
    const answer = http.request({ method: "POST", url: `${places.http}/echo`, text: "ä", timeout: 5000, most: 1000 });
    return answer.kind === "answered" ? [answer.status, answer.text] : answer;
  }, [200, "ä"]],
  ["octets as they are", ({ http }, places) => {
    const answer = http.requestOctets({ method: "POST", url: `${places.http}/echo`, text: "é" });
    return answer.kind === "answered" ? [...answer.octets] : answer;
  }, [0xc3, 0xa9]],
  ["no answer is a value", ({ http }, places) => {
    const answer = http.request({ url: `${places.http}/cut` });
    return answer.kind === "failed" ? answer.code : answer;
  }, "connection"],
];

const tcpCases: readonly HostCase[] = [
  ["a conversation", ({ tcp }, places) => {
    const connection = tcp.open(places.tcp, { timeout: 5000 });
    const greeting = connection.readUntil("\r\n");
    connection.write("PING\r\n");
    const pong = connection.readUntil("\0", 100);
    const start = connection.readExactly(2);
    const next = connection.read(2);
    connection.write(Uint8Array.of(0, 0xff, ...Array.from("binary\r\n", (character) => character.charCodeAt(0))));
    const reply = connection.readToEnd(2);
    connection.close();
    const closed = codeOf(() => connection.write("x"));
    return [greeting, pong, [...start.octets], start.end, [...next.octets], reply.text, closed];
  }, [
    { text: "HELLO\r\n", end: false },
    { text: "PONG\0", end: false },
    [0x72, 0x65],
    false,
    [0x73, 0x74],
    "\ufffd\ufffd",
    "HostError badRequest",
  ]],
  ["the end of what the peer says", ({ tcp }, places) => {
    const connection = tcp.open(places.tcp);
    connection.readUntil("\n");
    connection.write("QUIT\r\n");
    return connection.readToEnd();
  }, { text: "BYE", end: true }],
  ["what is not within the limit is not taken", ({ tcp }, places) => {
    const connection = tcp.open(places.tcp);
    return [codeOf(() => connection.readUntil("\n", 3)), connection.readUntil("\n", 100).text];
  }, ["HostError tooLarge", "HELLO\r\n"]],
];

const bodyAt = message.indexOf("\r\n\r\n") + 4;

const contentCases: readonly HostCase[] = [
  ["extent and headers", ({ content }) => [content.extent(), content.headers()], [
    { size: message.length + 1, body: bodyAt },
    [["From", "a@b.test"], ["X-Long", "one two"]],
  ]],
  ["octets from any offset", ({ content }) => [...content.read(bodyAt, 7)], [0x62, 0x6f, 0x64, 0x79, 0x20, 0xc3, 0xbc]],
  ["past the end", ({ content }) => [content.read(message.length - 1, 100).length, content.read(1000, 5).length], [
    2,
    0,
  ]],
  ["as text, an octet a character", ({ content }) => content.readText(bodyAt, 7), "body \u00c3\u00bc"],
  ["find", ({ content }) => [
    content.find("body"),
    content.find(Uint8Array.of(0xc3, 0xbc), 3),
    content.find("body", bodyAt + 1),
  ], [bodyAt, bodyAt + 5, -1]],
  ["no offset", ({ content }) => codeOf(() => content.read(-1, 5)), "HostError badRequest"],
];

const otherCases: readonly HostCase[] = [
  ["hash", ({ crypto }) => [crypto.hash("md5", ""), crypto.hash("sha1", Uint8Array.of(97, 98, 99), "base64")], [
    "d41d8cd98f00b204e9800998ecf8427e",
    "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
  ]],
  // RFC 4231 §4.3
  [
    "hmac",
    ({ crypto }) => crypto.hmac("sha256", "Jefe", "what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  ["verifyPassword", ({ crypto }) => {
    // RFC 7677 §3; the other with N = 1024, made by Python's hashlib.
    const keys = "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
    const secrets = [
      `SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$${keys}`,
      "$scrypt$ln=10,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$8QnbqxnWftopcVJgUwCpa5tl4EuJwqIm91lIh9n00kY",
    ];
    const judged = secrets.map((secret) => ["pencil", "pen"].map((text) => crypto.verifyPassword(secret, text)));
    return [judged, codeOf(() => crypto.verifyPassword("pencil", "pencil"))];
  }, [[[true, false], [true, false]], "HostError badRequest"]],
  ["equal", ({ crypto }) => [crypto.equal("é", Uint8Array.of(0xc3, 0xa9)), crypto.equal("a", "ab")], [true, false]],
  ["random", ({ crypto }) => {
    const [one, two] = [crypto.random(32), crypto.random(32)];
    return [one.length, crypto.equal(one, two)];
  }, [32, false]],
  ["now", ({ clock }) => clock.now(), 1_767_225_600_000],
];

/** `undefined` is null in the results, as in JSON. */
export const hostCases: readonly HostCase[] = [
  ...dnsCases,
  ...storeCases,
  ...httpCases,
  ...tcpCases,
  ...contentCases,
  ...otherCases,
];
