// Which process this is, so that another one can tell later whether it still lives.

import { readFileSync, readlinkSync } from "node:fs";

/** What cannot be found out here (no /proc, or no permission to read it) is empty. */
export interface ProcessMark {
  readonly pid: number;
  /** Identifies the running system. */
  readonly boot: string;
  /** The process-id namespace in which `pid` means something. */
  readonly namespace: string;
  /** When the process began, in ticks since boot: its pid may belong to another one by now. */
  readonly began: string;
}

export function ownMark(): ProcessMark {
  return {
    pid: process.pid,
    boot: readOrEmpty(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()),
    namespace: readOrEmpty(() => readlinkSync("/proc/self/ns/pid")),
    began: statOf("self")?.began ?? "",
  };
}

/** False also where it cannot be told. `here` is this process. */
export function isSurelyDead(mark: ProcessMark, here: ProcessMark): boolean {
  if (mark.boot === "" || here.boot === "" || mark.began === "") return false;
  if (mark.boot !== here.boot) return true;
  if (mark.namespace !== here.namespace || here.began === "") return false;
  const found = statOf(String(mark.pid));
  return found === undefined || found.began !== mark.began || /[ZX]/.test(found.state);
}

/** Fields 3 and 22 of /proc/PID/stat, counted from behind the name, which may hold anything. */
function statOf(pid: string): { readonly state: string; readonly began: string } | undefined {
  const text = readOrEmpty(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = "", began = ""] = [fields[0], fields[19]];
  return began === "" ? undefined : { state, began };
}

function readOrEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
