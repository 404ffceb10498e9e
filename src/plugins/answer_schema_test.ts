// Answers a plugin may give to a hook, and those it may not.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HookName } from "../../sdk/contract/contract.ts";
import { parseAnswer } from "./answer_schema.ts";

function parse(hook: HookName, answer: unknown): ReturnType<typeof parseAnswer> {
  return parseAnswer(hook, new TextEncoder().encode(typeof answer === "string" ? answer : JSON.stringify(answer)));
}

const mailbox = { localPart: "a b", domain: "example.org" };
const recipient = (forwardPath: unknown): object => ({
  verdict: "pass",
  edits: [{ edit: "addRecipient", forwardPath }],
});
const header = (fields: object): object => ({
  verdict: "pass",
  edits: [{ edit: "addHeader", name: "X-A", value: "b", ...fields }],
});

const results = (fields: object): object => ({
  verdict: "pass",
  results: [{ method: "spf", result: "pass", ...fields }],
});

const allowed: readonly (readonly [hook: HookName, answer: object])[] = [
  ["connect", { verdict: "pass" }],
  ["disconnect", { verdict: "pass", notes: { session: { seen: 1 } } }],
  ["quit", { verdict: "accept", text: ["Goodbye", "", "and thanks"] }],
  ["quit", { verdict: "accept", text: [] }],
  ["rcpt", { verdict: "reject", text: "no", code: 550, status: "5.1.1", disconnect: true }],
  ["rcpt", { verdict: "defer", text: ["later"], code: 451, status: "4.7.999" }],
  ["mail", { verdict: "reject", text: Array.from({ length: 20 }, () => "x".repeat(400)) }],
  ["mail", { verdict: "pass", notes: { transaction: { a: [null, true, 1.5, "日本"] } } }],
  ["connect", { verdict: "pass", marks: ["relay", "allowed"], score: -100 }],
  ["auth", { verdict: "accept", user: "a", keys: { password: "b" } }],
  ["auth", { verdict: "accept", keys: { salt: "c2FsdA==", iterations: 4096, storedKey: "YQ==", serverKey: "Yg==" } }],
  ["connect", { verdict: "pass", results: [{ method: "iprev", result: "permerror", reason: "No name" }] }],
  ["mail", {
    verdict: "reject",
    text: "no",
    results: [{ method: "spf", result: "softfail", properties: { "smtp.mailfrom": "x".repeat(320) } }],
  }],
  ["rcpt", { verdict: "pass", notes: { recipient: { a: 1 } }, marks: ["allowed"], marksFor: "recipient" }],
  ["mail", { verdict: "pass", marks: ["relay"], marksFor: "transaction" }],
  ["connect", { verdict: "pass", marks: ["relay"], marksFor: "session" }],
  ["data_post", { verdict: "accept", results: [{ method: "x-own", result: "whatever" }], edits: [] }],
  ["data_post", header({ name: "!~", value: "x".repeat(8000) })],
  ["data_post", header({ edit: "insertHeader", at: 10_000 })],
  ["data_post", { verdict: "accept", edits: [{ edit: "removeHeader", name: "X-A", nth: 2 }] }],
  ["data_post", { verdict: "accept", edits: [{ edit: "replaceHeader", name: "Subject", value: "" }] }],
  ["data_post", recipient(mailbox)],
  ["data_post", recipient({ localPart: "Postmaster", domain: "" })],
  ["data_post", recipient({ localPart: "a", domain: "[IPv6:2001:db8::1]" })],
  ["data_post", recipient({ localPart: "ä", domain: "bücher.example" })],
  ["data_post", { verdict: "pass", edits: [{ edit: "changeReversePath", reversePath: null }] }],
  ["data_post", { verdict: "pass", edits: Array.from({ length: 100 }, () => ({ edit: "removeHeader", name: "A" })) }],
];

describe("an answer that the contract allows is taken whole", () => {
  for (const [hook, answer] of allowed) {
    test(`${hook} ${JSON.stringify(answer).slice(0, 100)}`, () => {
      assert.deepEqual(parse(hook, answer), { kind: "answer", answer });
    });
  }
});

const refused: readonly (readonly [hook: HookName, answer: unknown, why: RegExp])[] = [
  ["rcpt", "", /^there is none$/],
  ["rcpt", "null", /./],
  ["rcpt", "[]", /./],
  ["rcpt", '\uFEFF{"verdict":"pass"}', /not JSON/],
  ["rcpt", '{"verdict":"pass"} x', /not JSON/],
  ["rcpt", `{"verdict":"pass"}${" ".repeat(65_536)}`, /longer than 65536 octets/],
  ["rcpt", "[".repeat(9000) + "]".repeat(9000), /nested more than 32 deep/],
  ["rcpt", {}, /^verdict is missing$/],
  ["connect", { verdict: "pass", marks: ["authenticated"] }, /^marks\[0\] /],
  ["connect", { verdict: "pass", score: 101 }, /^score /],
  ["mail", { verdict: "pass", marks: ["relay"], marksFor: "recipient" }, /^marksFor has a recipient at rcpt alone$/],
  ["data", { verdict: "pass", marks: ["relay"], marksFor: "recipient" }, /^marksFor has a recipient at rcpt alone$/],
  ["ehlo", { verdict: "pass", marks: ["relay"], marksFor: "transaction" }, /^marksFor has a transaction from mail to/],
  ["noop", { verdict: "pass", marks: ["relay"], marksFor: "transaction" }, /^marksFor has a transaction from mail to/],
  ["rcpt", { verdict: "pass", marks: ["relay"], marksFor: "ever" }, /^marksFor /],
  ["data", { verdict: "pass", notes: { recipient: {} } }, /^notes.recipient has a recipient at rcpt alone$/],
  ["disconnect", { verdict: "pass", notes: { recipient: {} } }, /^notes.recipient has a recipient at rcpt alone$/],
  ["connect", { verdict: "pass", score: 0.5 }, /^score /],
  ["disconnect", { verdict: "pass", score: 1 }, /^score is not known here$/],
  ["mail", { verdict: "accept", user: "a" }, /^user is not known here$/],
  ["auth", { verdict: "accept", keys: { salt: "a", iterations: 1, storedKey: "a", serverKey: "a" } }, /^keys/],
  ["rcpt", { verdict: "deny" }, /^verdict /],
  ["rcpt", { verdict: "pass", text: "a" }, /^text is not known here$/],
  ["rcpt", { verdict: "pass", edits: [] }, /^edits is not known here$/],
  ["data", { verdict: "pass", edits: [] }, /^edits is not known here$/],
  ["disconnect", { verdict: "accept" }, /^verdict may only be pass/],
  ["reset_transaction", { verdict: "reject", text: "no" }, /^verdict may only be pass/],
  ["disconnect", { verdict: "pass", edits: [] }, /^edits is not known here$/],
  ["rcpt", { verdict: "reject" }, /^text is missing$/],
  ["rcpt", { verdict: "reject", text: "" }, /^text must say why$/],
  ["rcpt", { verdict: "reject", text: [] }, /^text must say why$/],
  ["rcpt", { verdict: "reject", text: [" ", ""] }, /^text must say why$/],
  ["rcpt", { verdict: "reject", text: 7 }, /^text must be a string or a list of strings$/],
  ["rcpt", { verdict: "reject", text: "x".repeat(401) }, /^text .*longer than 400/],
  ["rcpt", { verdict: "reject", text: ["a", "x".repeat(401)] }, /^text .*longer than 400/],
  ["rcpt", { verdict: "reject", text: Array.from({ length: 21 }, () => "a") }, /^text has more than 20 lines$/],
  ["rcpt", { verdict: "reject", text: "a\r\n250 ok" }, /^text contains the control character U\+000D$/],
  ["rcpt", { verdict: "reject", text: ["a", "b\n"] }, /^text\[1\] contains the control character U\+000A$/],
  ["rcpt", { verdict: "reject", text: "\0" }, /U\+0000/],
  ["rcpt", { verdict: "reject", text: "\x85" }, /U\+0085/],
  ["rcpt", { verdict: "reject", text: "\x7f" }, /U\+007F/],
  ["rcpt", '{"verdict":"reject","text":"\\udc00"}', /^text contains half a surrogate pair$/],
  ["rcpt", { verdict: "pass", notes: { session: { "a\nb": 1 } } }, /^notes.session contains the control character/],
  ["rcpt", '{"verdict":"pass","notes":{"session":{"__proto__":{"x":1}}}}', /^notes.session must not .*__proto__$/],
  ["rcpt", { verdict: "pass", notes: { session: { a: "x".repeat(4096) } } }, /^notes are longer than 4,096 octets$/],
  ["rcpt", { verdict: "pass", notes: { session: { a: "é".repeat(2040) } } }, /^notes are longer/],
  ["rcpt", { verdict: "pass", notes: { session: [] } }, /^notes.session must be an object$/],
  ["rcpt", { verdict: "pass", notes: { global: {} } }, /^notes.global is not known here$/],
  ["rcpt", { verdict: "reject", text: "no", code: 450 }, /^code must be from 500 to 599/],
  ["rcpt", { verdict: "defer", text: "no", code: 550 }, /^code must be from 400 to 499/],
  ["rcpt", { verdict: "reject", text: "no", code: 550.5 }, /^code /],
  ["rcpt", { verdict: "reject", text: "no", status: "4.1.1" }, /^status of a reject must be like 5.7.1$/],
  ["rcpt", { verdict: "defer", text: "no", status: "5.1.1" }, /^status of a defer must be like 4.7.1$/],
  ["rcpt", { verdict: "reject", text: "no", status: "5.1.1111" }, /^status /],
  ["rcpt", { verdict: "reject", text: "no", disconnect: 1 }, /^disconnect /],
  ["data_post", header({ name: "X A" }), /^edits\[0\].name is no name of a header field$/],
  ["data_post", header({ name: "X:" }), /^edits\[0\].name is no name/],
  ["data_post", header({ name: "" }), /^edits\[0\].name is no name/],
  ["data_post", header({ name: "Ä" }), /^edits\[0\].name is no name/],
  ["data_post", header({ name: "x".repeat(77) }), /^edits\[0\].name is no name/],
  ["data_post", header({ value: "a\r\n\r\nb" }), /^edits\[0\].value contains the control character U\+000D$/],
  ["data_post", header({ value: "x".repeat(8001) }), /^edits\[0\].value is longer than 8,000/],
  ["data_post", header({ edit: "addBody" }), /^edits\[0\].edit /],
  ...["addHeader", "insertHeader", "replaceHeader"].flatMap((edit) => {
    const at = edit === "insertHeader" ? { at: 1 } : {};
    return [
      [
        "data_post",
        header({ edit, ...at, value: "a\nB: c" }),
        /^edits\[0\].value contains the control character U\+000A$/,
      ],
      ["data_post", header({ edit, ...at, value: "\0" }), /^edits\[0\].value contains the control character U\+0000$/],
      ["data_post", header({ edit, ...at, name: "A\r\nB" }), /^edits\[0\].name contains the control character/],
      ["data_post", header({ edit, ...at, name: "A:" }), /^edits\[0\].name is no name/],
      ["data_post", header({ edit, ...at, name: "Ä" }), /^edits\[0\].name is no name/],
    ] as const;
  }),
  ["data_post", header({ edit: "insertHeader" }), /^edits\[0\].at is missing$/],
  ["data_post", header({ edit: "insertHeader", at: 0 }), /^edits\[0\].at /],
  ["data_post", header({ edit: "insertHeader", at: 1.5 }), /^edits\[0\].at /],
  ["data_post", header({ edit: "addHeader", at: 1 }), /^edits\[0\].at is not known here$/],
  ["rcpt", results({}), /^results is not known here$/],
  ["disconnect", results({}), /^results is not known here$/],
  ["auth", results({}), /^results is not known here$/],
  ["mail", results({ method: "auth" }), /^results\[0\].method is the server's own to give$/],
  ["mail", results({ method: "SPF" }), /^results\[0\].method must be/],
  ["mail", results({ method: "spf/1" }), /^results\[0\].method must be/],
  ["mail", results({ method: "spf=pass; dkim" }), /^results\[0\].method must be/],
  ["mail", results({ result: "" }), /^results\[0\].result must be/],
  ["mail", results({ result: "okay" }), /^results\[0\] has a result its method does not know$/],
  ["mail", results({ reason: "x".repeat(256) }), /^results\[0\].reason is longer than 255 octets$/],
  ["mail", results({ reason: "a\r\nb" }), /^results\[0\].reason contains the control character U\+000D$/],
  ["mail", results({ properties: { "smtp": "a" } }), /is no property such as smtp.mailfrom$/],
  ["mail", results({ properties: { "a=b;c.d": "a" } }), /is no property such as smtp.mailfrom$/],
  ["mail", results({ properties: { "smtp.mailfrom": "é".repeat(161) } }), /is longer than 320 octets$/],
  ["mail", results({ properties: { "smtp.mailfrom": 1 } }), /^results\[0\].properties.smtp.mailfrom /],
  [
    "mail",
    results({ properties: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a.b${index}`, ""])) }),
    /^results\[0\].properties are more than 10$/,
  ],
  [
    "mail",
    { verdict: "pass", results: Array.from({ length: 21 }, () => ({ method: "spf", result: "pass" })) },
    /^results are more than 20$/,
  ],
  [
    "mail",
    {
      verdict: "pass",
      results: Array.from({ length: 20 }, () => ({ method: "spf", result: "pass", reason: "x".repeat(200) })),
    },
    /^results are longer than 4,096 octets$/,
  ],
  ...["addRecipient", "removeRecipient"].flatMap((edit) =>
    ["a\r\nb", "a\0b"].map((localPart) =>
      [
        "data_post",
        { verdict: "pass", edits: [{ edit, forwardPath: { localPart, domain: "x.test" } }] },
        /U\+00/,
      ] as const
    )
  ),
  ["data_post", {
    verdict: "pass",
    edits: [{ edit: "changeReversePath", reversePath: { localPart: "a", domain: "x\r\n.test" } }],
  }, /^edits\[0\].reversePath.domain contains the control character/],
  ["data_post", {
    verdict: "pass",
    edits: [{ edit: "changeReversePath", reversePath: { localPart: "a", domain: "x> SIZE=1" } }],
  }, /^edits\[0\].reversePath has no sane domain$/],
  ["data_post", { verdict: "pass", edits: [{ edit: "removeHeader", name: "A", nth: 0 }] }, /^edits\[0\].nth /],
  ["data_post", recipient({ localPart: "", domain: "example.org" }), /^edits\[0\].forwardPath has no sane local part$/],
  ["data_post", recipient({ localPart: "é".repeat(33), domain: "example.org" }), /no sane local part$/],
  ["data_post", recipient({ localPart: "a", domain: "" }), /no sane domain$/],
  ["data_post", recipient({ localPart: "a", domain: "x y" }), /no sane domain$/],
  ["data_post", recipient({ localPart: "a", domain: "x>,<y" }), /no sane domain$/],
  ["data_post", recipient({ localPart: "a", domain: "a..b" }), /no sane domain$/],
  ["data_post", recipient({ localPart: "a", domain: "a.".repeat(127) + "ab" }), /no sane domain$/],
  ["data_post", recipient(null), /^edits\[0\].forwardPath /],
  [
    "data_post",
    { verdict: "pass", edits: Array.from({ length: 101 }, () => ({ edit: "removeHeader", name: "A" })) },
    /^edits are more than 100$/,
  ],
];

describe("an answer that the contract does not allow is refused with its place", () => {
  for (const [hook, answer, why] of refused) {
    test(`${hook} ${JSON.stringify(answer).slice(0, 100)}`, () => {
      const parsed = parse(hook, answer);
      assert.equal(parsed.kind, "bad");
      assert.match(parsed.kind === "bad" ? parsed.why : "", why);
    });
  }

  test("what is not UTF-8", () => {
    assert.deepEqual(parseAnswer("rcpt", new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])), {
      kind: "bad",
      why: "it is not UTF-8",
    });
  });

  test("why is one line whatever the plugin wrote", () => {
    const parsed = parse("rcpt", { verdict: "pass", ["\u202e" + "x".repeat(5000)]: 1 });
    assert.ok(parsed.kind === "bad" && parsed.why.length < 1100 && !parsed.why.includes("\u202e"));
  });
});
