// The tokens that are valid, in a file of the state folder: read again whenever it has changed.

import { appendFile, chmod, chown, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { formatToken, hashOf, mostTokens, newTokenText, parseTokens, type Token } from "./token.ts";
import type { Role } from "./role.ts";

/** In the state folder, for its owner alone. Who deletes a line there takes the token back. */
export const tokensFile = "admin-tokens";

/** Beside it the text of one token, for the commands of the same user: who may read it could also make a token. */
export const terminalToken = "terminal-token";

/** `text` is to be shown once. */
export type TokenMade =
  | { readonly kind: "made"; readonly text: string }
  | { readonly kind: "failed"; readonly problem: string };

/** Octets of the file that are read. */
const longestFile = 1_000_000;
const longestLine = 200;

export class TokenFile {
  readonly #path: string;
  #tokens: readonly Token[] = [];
  #version = "";

  /** `state` is the state folder, which exists. */
  constructor(state: string) {
    this.#path = join(state, tokensFile);
  }

  get path(): string {
    return this.#path;
  }

  /** None while there is no file, or it cannot be read. */
  async tokens(): Promise<readonly Token[]> {
    const version = await this.#versionNow();
    if (version === this.#version) return this.#tokens;
    const text = version === "" ? "" : await this.#text().catch(() => "");
    this.#tokens = text.length > longestFile ? [] : parseTokens(text);
    this.#version = version;
    return this.#tokens;
  }

  /** An empty file is there too: its owner took every token back. */
  async isThere(): Promise<boolean> {
    return await this.#versionNow() !== "";
  }

  /** Another one, valid at once, also for a server that runs. */
  async make(name: string, role: Role): Promise<TokenMade> {
    const there = await this.tokens();
    if (there.some((token) => token.name === name)) {
      const problem = `${this.#path} has a token called ${name}: choose another name, or delete its line there`;
      return { kind: "failed", problem };
    }
    const text = newTokenText();
    try {
      const before = await this.#text();
      if (before.split("\n").length > mostTokens || before.length > longestFile - longestLine) {
        const problem = `${this.#path} has too many lines: delete those that are not needed`;
        return { kind: "failed", problem };
      }
      // Editors may leave the last line without an end.
      const end = before === "" || before.endsWith("\n") ? "" : "\n";
      const line = formatToken({ name, role, hash: hashOf(text) });
      await appendFile(this.#path, `${end}${line}\n`, { mode: 0o600, flush: true });
      // The mode of a file that was there already is not that of appendFile.
      await chmod(this.#path, 0o600);
      await this.#giveToOwner(this.#path);
      return { kind: "made", text };
    } catch (error) {
      return { kind: "failed", problem: `${this.#path}: ${whyNotWritten(error)}` };
    }
  }

  /** One more, which commands on this machine find by themselves. */
  async makeForTerminal(role: Role): Promise<TokenMade> {
    const made = await this.make("terminal", role);
    if (made.kind === "failed") return made;
    const path = join(dirname(this.#path), terminalToken);
    try {
      await writeFile(path, `${made.text}\n`, { mode: 0o600 });
      // One that is left of earlier tokens keeps its mode.
      await chmod(path, 0o600);
      await this.#giveToOwner(path);
      return made;
    } catch (error) {
      return { kind: "failed", problem: `${path}: ${whyNotWritten(error)}` };
    }
  }

  /**
   * Another text for the token of the terminal, if it still counts: the old one, which a backup may have, does no more.
   * Gives what is in the way, if anything is; then the old one stays.
   */
  async renewForTerminal(): Promise<string | undefined> {
    const path = join(dirname(this.#path), terminalToken);
    const fresh = `${path}.new`;
    try {
      const old = await readFile(path, "utf8").catch(() => undefined);
      const place = old === undefined ? undefined : placeOf(old.trim(), await readFile(this.#path, "latin1"));
      if (place === undefined) return undefined;
      const text = newTokenText();
      await rm(fresh, { force: true });
      await writeFile(fresh, `${text}\n`, { flag: "wx", mode: 0o600, flush: true });
      await this.#giveToOwner(fresh);
      await this.#overwrite(place, hexOf(text));
      await rename(fresh, path);
      return undefined;
    } catch (error) {
      await rm(fresh, { force: true }).catch(() => {});
      return `${path}: ${whyNotWritten(error)}`;
    }
  }

  /** In its place, so that a line that somebody adds meanwhile is not lost. */
  async #overwrite(place: number, hash: string): Promise<void> {
    const file = await open(this.#path, "r+");
    try {
      await file.write(Buffer.from(hash), 0, hash.length, place);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Made by root, it would be closed to the user as whom the server runs. */
  async #giveToOwner(path: string): Promise<void> {
    if (process.getuid?.() !== 0) return;
    const { uid, gid } = await stat(dirname(path));
    await chown(path, uid, gid);
  }

  /** Empty if there is none. Rejects if it cannot be read. */
  async #text(): Promise<string> {
    return await readFile(this.#path, "utf8").catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") return "";
      throw error;
    });
  }

  async #versionNow(): Promise<string> {
    const found = await stat(this.#path, { bigint: true }).catch(() => undefined);
    return found === undefined ? "" : `${found.ino}.${found.size}.${found.mtimeNs}`;
  }
}

/** Where in the file (one character an octet) the hash of this token stands, if it is that of the terminal. */
function placeOf(text: string, file: string): number | undefined {
  const hash = hexOf(text);
  const found = new RegExp(`^terminal[ \\t]+[a-z]+[ \\t]+${hash}[ \\t\\r]*$`, "m").exec(file);
  return found === null ? undefined : found.index + found[0].indexOf(hash);
}

function hexOf(text: string): string {
  return Buffer.from(hashOf(text)).toString("hex");
}

function codeOf(error: unknown): string | undefined {
  return (error as { readonly code?: string } | null)?.code;
}

function whyNotWritten(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined || !["EACCES", "EPERM"].includes(code)) return `cannot be written: ${code ?? String(error)}`;
  return "may not be written by this user: do it as root, or as the user of the server";
}
