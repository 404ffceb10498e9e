// STATE/deployed: the overlay and the uploaded files, written so that a crash leaves the old or the new, never a half.

import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { readText } from "../config/read_text.ts";
import { close, createFile, errorCode, removeQuietly, rename, sync, syncFolder, writeAll } from "../spool/disk.ts";
import { digestsIn, type Overlay, type PluginOverlay } from "./overlay.ts";
import { policyChange } from "./policy_change.ts";

export type OverlayRead =
  | { readonly kind: "overlay"; readonly overlay: Overlay }
  /** `why` is a sentence that begins with the file. */
  | { readonly kind: "broken"; readonly why: string };

/** Names of files in STATE, with `/`. */
export const deployedFolder = "deployed";
const overlayName = "deployments.json";

const mostOctets = 16_777_216;
const mostPlugins = 1000;

const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "is no SHA-256 in hex"));
const short = v.pipe(v.string(), v.maxLength(200));
const label = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,63}$/, "is no label"));

const version = v.strictObject({
  digest: v.exactOptional(digest),
  version: v.exactOptional(short),
  since: v.exactOptional(v.pipe(v.number(), v.safeInteger())),
  who: v.exactOptional(short),
});

const plugin = v.strictObject({
  label,
  name: label,
  current: v.exactOptional(version),
  history: v.pipe(v.array(version), v.maxLength(5)),
  enabled: v.boolean(),
  policy: policyChange,
});

const fileSchema = v.strictObject({
  format: v.literal(1, "is another format than 1: a newer version of this program wrote it"),
  plugins: v.pipe(v.array(plugin), v.maxLength(mostPlugins)),
});

export function overlayPath(state: string): string {
  return join(state, deployedFolder, overlayName);
}

/** Where the file of an uploaded version lies. */
export function blobPath(state: string, digest: string): string {
  return join(state, deployedFolder, `${digest}.wasm`);
}

/** No file: nothing was changed. Never throws for anything that can be in the file. */
export function readOverlay(state: string): OverlayRead {
  const path = overlayPath(state);
  const read = readText(path, mostOctets);
  if (read.kind === "missing") return { kind: "overlay", overlay: new Map() };
  if (read.kind === "unreadable") return { kind: "broken", why: `${path}: cannot be read: ${read.why}` };
  const parsed = v.safeParse(fileSchema, jsonOf(read.text));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return { kind: "broken", why: `${path}: ${v.getDotPath(issue) ?? "the file"}: ${issue.message.slice(0, 200)}` };
  }
  const rows = parsed.output.plugins.map(({ label, ...plugin }): [string, PluginOverlay] => [label, plugin]);
  const overlay = new Map(rows);
  if (overlay.size < rows.length) return { kind: "broken", why: `${path}: a label stands there twice` };
  return { kind: "overlay", overlay };
}

/** Replaces it durably. Rejects if the disk does not take it: then the old one is there. */
export async function writeOverlay(state: string, overlay: Overlay): Promise<void> {
  const plugins = [...overlay].map(([label, { name, current, history, enabled, policy }]) => {
    return { label, name, current, history, enabled, policy };
  });
  const text = `${JSON.stringify({ format: 1, plugins }, null, 2)}\n`;
  await writeDurably(state, overlayName, new TextEncoder().encode(text));
}

/** Keeps the octets under their digest, which is returned. */
export async function writeBlob(state: string, octets: Uint8Array): Promise<string> {
  const digest = createHash("sha256").update(octets).digest("hex");
  await writeDurably(state, `${digest}.wasm`, octets);
  return digest;
}

/** Removes what no version is in any more, and what a crash left; failures are left for the next time. */
export async function sweepBlobs(state: string, overlay: Overlay): Promise<void> {
  const folder = join(state, deployedFolder);
  const used = digestsIn(overlay);
  const names = await readdir(folder).catch(() => []);
  const idle = names.filter((name) => /^\.[0-9a-f]{16}$/.test(name) || isIdle(name, used));
  await Promise.all(idle.map((name) => removeQuietly(join(folder, name))));
}

function isIdle(name: string, used: ReadonlySet<string>): boolean {
  const [, digest] = /^([0-9a-f]{64})\.wasm$/.exec(name) ?? [];
  return digest !== undefined && !used.has(digest);
}

async function writeDurably(state: string, name: string, octets: Uint8Array): Promise<void> {
  const folder = join(state, deployedFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `.${randomBytes(8).toString("hex")}`);
  try {
    const file = await createFile(draft, 0o600);
    try {
      await writeAll(file, octets);
      await sync(file);
    } finally {
      await close(file);
    }
    // The process's umask may have taken rights away from its owner.
    await chmod(draft, 0o600);
    await rename(draft, join(folder, name));
  } catch (error) {
    await removeQuietly(draft);
    throw error;
  }
  await syncFolder(folder);
}

/** Why the disk did not take something, as `ENOSPC`. */
export function whyNotWritten(error: unknown): string {
  return errorCode(error) ?? (error instanceof Error ? error.message : String(error));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
