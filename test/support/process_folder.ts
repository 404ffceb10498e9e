// A folder with a small configuration for tests of processes, readable by every user.

import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "./runtimes.ts";

export interface ProcessFolder {
  readonly folder: string;
  readonly config: string;
  readonly state: string;
}

/** `sections` is TOML; `owner` gets the state folder. Recipients at localhost are accepted. */
export function processFolder(sections: string, owner?: { readonly uid: number; readonly gid: number }): ProcessFolder {
  const folder = mkdtempSync(join(tmpdir(), "qpsmtpd-process-"));
  chmodSync(folder, 0o755);
  cpSync(join(projectRoot, "config"), join(folder, "config"), { recursive: true });
  symlinkSync(join(projectRoot, "build"), join(folder, "build"));
  const state = join(folder, "var");
  mkdirSync(state, { mode: 0o700 });
  if (owner !== undefined) chownSync(state, owner.uid, owner.gid);
  const config = join(folder, "config", "qpsmtpd.toml");
  writeFileSync(config, `hostname = "mx.example.org"\n${sections}\n${plugins}`);
  return { folder, config, state };
}

const plugins = `[[plugin]]
name = "rcpt_ok"
grant = ["event:recipients", "event:user", "event:marks", "verdict:accept@rcpt", "verdict:reject@rcpt"]
`;
