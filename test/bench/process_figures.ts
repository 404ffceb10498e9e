// What the system says about a process: memory and processor time. Linux only.

import { readFileSync } from "node:fs";

/** Kilobytes (of 1,000 octets) of resident memory. */
export function residentKilobytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
  if (found === null) throw new Error(`no resident memory of process ${pid}`);
  return Number(found[1]) * 1.024;
}

/** Seconds of processor time so far, of all its threads. A tick is 10 ms everywhere. */
export function processorSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
