// However the client's octets are cut on their way, and however far it runs ahead, it is told the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isOneStream, mayBeCut, mayBeEncrypted, play, type Playing } from "../support/play_transcript.ts";
import { Dice } from "../support/random_module.ts";
import { type TranscriptFile, transcriptFiles } from "../support/transcript_files.ts";
import { randomly, singly } from "./cuts.ts";

/** Dialogues with clocks in them are not for cutting: it takes time. */
const files = transcriptFiles().filter((file) => mayBeCut(file) && !/^\[timeouts\]/m.test(file.header));
const streams = files.filter(isOneStream);
const encryptable = files.filter(mayBeEncrypted);
const seeds = [1, 2, 3];

async function playAll(chosen: readonly TranscriptFile[], seed: number, playing: Playing): Promise<void> {
  for (const file of chosen) {
    try {
      await play(file, playing);
    } catch (error) {
      throw new Error(`${file.name} with seed ${seed}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

test("single octets: every dialogue goes as it is written", async () => {
  await playAll(files, 0, { cut: singly });
});

test("single octets, sent without waiting for replies", async () => {
  await playAll(streams, 0, { cut: singly, pipelined: true });
});

test("everything in one piece, sent without waiting for replies (RFC 2920 §3.2)", async () => {
  assert.ok(streams.length >= 45, `only ${streams.length} transcripts can be sent ahead`);
  const names = streams.map(({ name }) => name);
  for (const name of ["bdat.txt", "bdat_refused.txt", "lmtp.txt", "lmtp_fates.txt", "auth_login.txt", "xclient.txt"]) {
    assert.ok(names.includes(name), `${name} must be one of them`);
  }
  await playAll(streams, 0, { pipelined: true });
});

for (const seed of seeds) {
  test(`random pieces, seed ${seed}`, async () => {
    const dice = new Dice(seed);
    const cut = (octets: string): readonly string[] => randomly(octets, dice);
    await playAll(files, seed, { cut });
    await playAll(streams, seed, { cut, pipelined: true });
  });
}

test("the same dialogues in TLS: other records, the same replies (RFC 3207 §4.2)", async () => {
  assert.ok(encryptable.length >= 45, `only ${encryptable.length} transcripts can be encrypted`);
  const dice = new Dice(6);
  const cut = (octets: string): readonly string[] => randomly(octets, dice);
  await playAll(encryptable, 6, { encrypted: true });
  await playAll(encryptable, 6, { encrypted: true, cut });
  await playAll(encryptable.filter(isOneStream), 6, { encrypted: true, cut, pipelined: true });
});
