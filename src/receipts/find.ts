// Finds what was decided under a code, in the store of a server that may be running.

import { readFile } from "node:fs/promises";
import { timeOfCode } from "./code.ts";
import { decisionFiles } from "./journal.ts";
import { type DecisionRecord, parseRecord } from "./record.ts";

/** How exact the times of a file system are, in milliseconds, and clocks that are set back. */
const leeway = 3_600_000;

/** Most records that one code of a session gives. */
const mostRecords = 1000;

/**
 * The records of a transaction's code, one at most; of a session's code, its own and those of all its transactions, the
 * oldest first. `folder` is that of the store; files that cannot be read count as absent. `code` as `readCode` gives it.
 */
export async function findDecisions(folder: string, code: string): Promise<readonly DecisionRecord[]> {
  const session = code.replace(/\..*$/, "");
  const since = timeOfCode(session) - leeway;
  const found: DecisionRecord[] = [];
  for (const { path, written } of await decisionFiles(folder)) {
    // Newest first: whatever follows was finished before this session began.
    if (written < since) break;
    const octets = await readFile(path).catch(() => Buffer.alloc(0));
    for (const record of recordsWith(octets, session)) {
      if (record.id === code || (code === session && record.session === session)) found.push(record);
      if (found.length >= mostRecords) return inOrder(found);
    }
    // A session is served by one process, but its file may have become full meanwhile.
    if (code !== session && found.length > 0) break;
  }
  return inOrder(found);
}

/** Only lines that hold the code are read as JSON. */
function* recordsWith(octets: Buffer, session: string): Generator<DecisionRecord> {
  const needle = Buffer.from(`"session":"${session}"`);
  for (let at = octets.indexOf(needle); at !== -1;) {
    const begin = octets.lastIndexOf("\n", at) + 1;
    const end = octets.indexOf("\n", at);
    const stop = end === -1 ? octets.length : end;
    const record = parseRecord(octets.toString("latin1", begin, stop));
    if (record !== undefined) yield record;
    at = octets.indexOf(needle, stop);
  }
}

function inOrder(records: readonly DecisionRecord[]): readonly DecisionRecord[] {
  const numberOf = ({ id }: DecisionRecord): number => Number(id.split(".")[1] ?? 0);
  return [...records].sort((a, b) => numberOf(a) - numberOf(b));
}
