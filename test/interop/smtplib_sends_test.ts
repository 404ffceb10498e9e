// Python's smtplib as the client: what its authors understood of the RFCs, SMTPUTF8 above all.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { belowTrace, fates, type FrontDoor, startFrontDoor } from "../support/front_door.ts";
import { asContent, awkwardMessage } from "../support/messages.ts";
import { lacking } from "../support/programs.ts";
import { runtimes } from "../support/runtimes.ts";
import { sendBySmtplib, type SmtplibJob, type SmtplibResult } from "../support/smtplib.ts";
import { withoutReceipt } from "../support/without_receipt.ts";
import { shortMessage } from "./sender_promises.ts";
import { utf8Path } from "./utf8_message.ts";

const from = "author@sender.test";
const date = ["Date", "Sun, 22 Nov 2026 12:00:00 +0000"] as const;

/** Sent as they are; what must lie in the Maildir is the same. */
const asTheyAre: readonly [title: string, subject: string, lines: readonly string[], options: readonly string[]][] = [
  ["dots, tabs, folds", "awkward smtplib", awkwardMessage("smtplib"), []],
  ["8-bit octets", "smtplib-eight", [...shortMessage("smtplib-eight"), "\x80\xe4\xff"], ["BODY=8BITMIME"]],
  ["lines of 100,000 octets", "smtplib-long", [...shortMessage("smtplib-long"), "x".repeat(100_000), "y"], []],
  ["no line at all behind the header", "smtplib-empty", shortMessage("smtplib-empty").slice(0, -1), []],
];

const refusals: readonly [localPart: string, result: SmtplibResult][] = [
  [fates.refused, { refused: { [`${fates.refused}@reader.test`]: [550, "5.7.1 Nobody of that name"] } }],
  [fates.refusedContent, { code: 550, text: "5.7.1 Not such words" }],
];

for (const runtime of runtimes) {
  describe(`smtplib sends to ${runtime.name}`, { skip: lacking("python3") }, () => {
    let door: FrontDoor;
    const send = (...jobs: readonly SmtplibJob[]): ReturnType<typeof sendBySmtplib> => {
      return sendBySmtplib({ port: door.port, jobs });
    };
    before(async () => {
      door = await startFrontDoor(runtime);
    });
    after(async () => {
      assert.equal(await door.stop(), 0, door.output());
    });

    test("send_message with SMTPUTF8: address, header fields and text arrive", async () => {
      const headers = [["From", from], ["To", utf8Path], ["Subject", "Привет, Лев"], date] as const;
      const body = "до свидания\n.\n..two dots\n";
      assert.deepEqual(await send({ from, to: [utf8Path], headers, body }), [{ refused: {} }]);
      const stored = door.messages().map((text) => Buffer.from(text, "latin1").toString("utf8"));
      const text = stored.find((message) => message.includes("Subject: Привет, Лев\r\n")) ?? "";
      assert.match(text, /^Delivered-To: лев@reader\.test\r$/m);
      assert.match(text, /with UTF8SMTP id/);
      assert.ok(text.endsWith("\r\n\r\nдо свидания\r\n.\r\n..two dots\r\n"), text);
    });

    test("one session: what is sent as it is arrives as it is", async () => {
      const jobs = asTheyAre.map(([, , lines, options]) => {
        return { from, to: ["reader@reader.test"], octets: asContent(lines), options };
      });
      assert.deepEqual(await send(...jobs), jobs.map(() => ({ refused: {} })));
      for (const [title, subject, lines] of asTheyAre) {
        assert.deepEqual(door.about(subject).map(belowTrace), [asContent(lines)], title);
      }
    });

    test("refusals reach it with their code and text, and the session goes on", async () => {
      const jobs = [...refusals.map(([localPart]) => `${localPart}@reader.test`), "reader@reader.test"].map((to) => {
        return { from, to: [to], octets: asContent(shortMessage("smtplib-refused")) };
      });
      const results = await send(...jobs);
      assert.deepEqual(results.map(asWorded), [...refusals.map(([, result]) => result), { refused: {} }]);
      assert.equal(door.about("smtplib-refused").length, 1);
    });

    test("one recipient of two is refused: the other gets the message", async () => {
      const to = [`${fates.refused}@reader.test`, "reader@reader.test"];
      const [result] = await send({ from, to, octets: asContent(shortMessage("smtplib-half")) });
      assert.deepEqual(result && asWorded(result), refusals[0]?.[1]);
      assert.equal(door.about("smtplib-half").length, 1);
    });
  });
}

/** Without the code that ends each refusal; throws where there is none. */
function asWorded(result: SmtplibResult): SmtplibResult {
  if ("code" in result) return { ...result, text: withoutReceipt(result.text) };
  const refused = Object.entries(result.refused).map(([path, [code, text]]) => [path, [code, withoutReceipt(text)]]);
  return { refused: Object.fromEntries(refused) };
}
