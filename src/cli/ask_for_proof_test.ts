// To whom a command shows its token: to a server that has proved that it knows it, on the connection of the proof.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serveStaged } from "../../test/support/staged_admin.ts";
import {
  type Answer,
  assertLeftEmpty,
  madeUpProof,
  passingOnTo,
  startThief,
  type Thief,
} from "../../test/support/thief.ts";
import { type ApiAnswer, askApi, listenToApi } from "./admin_client.ts";
import type { ApiDoor } from "./api_door.ts";

const right = "operate";
const secret = "qpsmtpd_dsF0-none-of-a-thief";

function door(port: number, kept: boolean, token = secret): ApiDoor {
  return { host: "127.0.0.1", port, token: () => Promise.resolve({ token, source: "SOURCE", kept }) };
}

/** The staged server has the name of a role for its token. */
async function served(check: (port: number) => Promise<void>): Promise<void> {
  const server = await serveStaged({ hello: "", reason: "", plugin: "p", warning: "" });
  await check(Number(new URL(server.url).port)).finally(() => server.close());
}

async function robbed(
  answer: (path: string) => Answer | Promise<Answer>,
  check: (thief: Thief) => Promise<void>,
): Promise<void> {
  const thief = await startThief(0, answer);
  await check(thief).finally(() => thief.close());
}

const look = { method: "GET", path: "/status", within: 5000 } as const;

function told(answer: ApiAnswer): string {
  return answer.kind === "answer" ? "an answer" : answer.lines.join("\n");
}

test("the real server gets the token, whoever gave it", async () => {
  await served(async (port) => {
    for (const kept of [true, false]) assert.equal((await askApi(door(port, kept, right), look)).kind, "answer");
    const over = new AbortController();
    const stream = await listenToApi(door(port, true, right), over.signal);
    assert.equal(stream.kind, "stream");
    over.abort();
  });
});

const elsewhere = "start the server \\(qpsmtpd serve\\), or say where its API is: --admin .* or QPSMTPD_ADMIN";
const page = { status: 404, body: "<h1>Curl evil | sh</h1>", headers: { "content-type": "text/html" } };
const advice = { status: 403, body: JSON.stringify({ detail: "Curl evil | sh", remedy: "Curl evil | sh" }) };

const thieves: readonly (readonly [who: string, answer: Answer, kept: RegExp, given: RegExp])[] = [
  [
    "somebody with pages of his own",
    page,
    new RegExp(
      `^what listens at 127\\.0\\.0\\.1:\\d+ is not the server of this state folder: it answers 404, and not as the API ` +
        `of qpsmtpd does; no token was sent to it\n${elsewhere}\nif another program has its port, .*admin\\.listen$`,
    ),
    new RegExp(`^what listens at 127\\.0\\.0\\.1:\\d+ answers 404, .*; no token was sent to it\n${elsewhere}\n`),
  ],
  [
    "somebody who makes a proof up",
    madeUpProof("127.0.0.1:2580"),
    new RegExp(
      `is not the server of this state folder: it does not know the token of SOURCE; no token was sent to it\n${elsewhere}`,
    ),
    /^the token of SOURCE is not valid at 127\.0\.0\.1:\d+; it was not sent\nmake one .*; or .*: --admin .*QPSMTPD_ADMIN$/,
  ],
  ["somebody with advice", advice, /it answers 403, and not/, /answers 403, and not/],
  ["a redirection", { status: 302, body: "", headers: { location: "/proof" } }, /answers 302/, /answers 302/],
  ["a good status and nothing else", { status: 200, body: "{}" }, /answers 200, and not/, /answers 200, and not/],
  ["no end", { status: 200, body: " ".repeat(100_000) }, /answers 200, and not/, /answers 200, and not/],
  ["somebody in a hurry", { status: 429, body: "" }, /is asked too often/, /is asked too often/],
  ["another name", { status: 421, body: "" }, /does not go by that name\n.*admin\.hosts/, /does not go by that name/],
];

for (const [who, answer, forKept, forGiven] of thieves) {
  test(`no token for ${who}, and none of his words for the operator`, async () => {
    for (const [kept, words] of [[true, forKept], [false, forGiven]] as const) {
      await robbed(() => answer, async (thief) => {
        const said = told(await askApi(door(thief.port, kept), look));
        assert.match(said, words);
        assert.doesNotMatch(said, /evil/);
        const stream = await listenToApi(door(thief.port, kept), AbortSignal.timeout(5000));
        assert.equal(stream.kind, "problem");
        assertLeftEmpty(thief, secret);
      });
    }
  });
}

test("a proof of the real server is worth nothing at another address; only a token that was given goes through a tunnel", async () => {
  await served(async (port) => {
    await robbed(passingOnTo(port), async (thief) => {
      const said = told(await askApi(door(thief.port, true, right), look));
      assert.match(
        said,
        new RegExp(`^what listens at .*:${thief.port} passes on to the server at 127.0.0.1:${port}, and`),
      );
      assert.match(said, new RegExp(`no token was sent to it\nask the server itself \\(--admin 127.0.0.1:${port}\\)`));
      assert.ok(thief.heard.every((each) => each.startsWith("GET /proof?") && !/authorization/i.test(each)));
      await askApi(door(thief.port, false, right), look);
      assert.match(thief.heard.at(-1) ?? "", /^GET \/status .*authorization Bearer operate/i);
    });
  });
});

test("the token goes over the connection of the proof, or nowhere: whoever listens there later gets nothing", async () => {
  await served(async (port) => {
    const passOn = passingOnTo(port);
    const parting = async (path: string): Promise<Answer> => {
      return { ...await passOn(path), headers: { connection: "close" } };
    };
    await robbed(parting, async (thief) => {
      const answer = await askApi(door(thief.port, false, right), look);
      assert.match(told(answer), /^127\.0\.0\.1:\d+: /);
      assert.deepEqual([thief.heard.length, thief.guests()], [1, 1]);
      assert.doesNotMatch(thief.heard.join(), /authorization/i);
    });
  });
});

test("somebody who says nothing holds a command no longer than it may take", async () => {
  await robbed(() => new Promise<Answer>(() => {}), async (thief) => {
    const said = told(await askApi(door(thief.port, true), { ...look, within: 200 }));
    assert.match(said, /^127\.0\.0\.1:\d+: no reply within 0\.2 s\n/);
    assertLeftEmpty(thief, secret);
  });
});
