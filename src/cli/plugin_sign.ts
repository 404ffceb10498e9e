// `qpsmtpd plugin keygen` and `plugin sign`: who vouches for a plugin, where the operator wants to know.

import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { displayPath } from "../config/display_path.ts";
import { readText } from "../config/read_text.ts";
import { wasmKind } from "../plugins/custom_section.ts";
import { limits } from "../plugins/limits.ts";
import { publicKeyOf, signModule } from "../plugins/signature.ts";
import type { Output } from "./output.ts";
import { readWasm } from "./read_wasm.ts";

const mostKeyOctets = 10_000;

/** Exit code 0 if the private key is in `file`, the public one beside it and on the terminal. Never overwrites a key. */
export function pluginKeygen(file: string, { print, complain }: Output): number {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const problem = write(file, privateKey.export({ type: "pkcs8", format: "pem" }), 0o600) ??
    write(`${file}.pub`, publicKey.export({ type: "spki", format: "pem" }), 0o644);
  if (problem !== undefined) {
    complain(problem);
    return 1;
  }
  print(`${displayPath(file)}: the private key; keep it where no server reads it`);
  print(`${displayPath(`${file}.pub`)}: the public key; or, in the configuration:`);
  print(`[plugins]`);
  print(`signatures = "required"`);
  print(`trusted_keys = [${JSON.stringify(publicKeyOf(publicKey))}]`);
  return 0;
}

/** Exit code 0 if the file is signed, or its signed copy is in `out`. An older signature is replaced. */
export function pluginSign(
  file: string,
  keyFile: string,
  out: string | undefined,
  { print, complain }: Output,
): number {
  const signed = sign(file, keyFile);
  if (typeof signed === "string") {
    complain(signed);
    return 1;
  }
  const target = out ?? file;
  if (out === undefined && !existsSync(file)) {
    complain(`${file} came with the program: give the signed copy a place by -o FOLDER/${file}.wasm`);
    return 1;
  }
  const problem = replace(target, signed.wasm);
  if (problem !== undefined) {
    complain(problem);
    return 1;
  }
  print(`${displayPath(target)}: signed by ${publicKeyOf(signed.key)}`);
  return 0;
}

function sign(file: string, keyFile: string): { readonly wasm: Uint8Array; readonly key: KeyObject } | string {
  const key = readKey(keyFile);
  if (typeof key === "string") return key;
  const wasm = readWasm(file);
  if (typeof wasm === "string") return `${displayPath(file)}: ${wasm}`;
  if (wasmKind(wasm) !== "module") return `${displayPath(file)}: is no WebAssembly module`;
  const signed = signModule(wasm, key);
  if (signed.length <= limits.file) return { wasm: signed, key };
  return `${
    displayPath(file)
  }: would be larger than ${limits.file} octets with its signature, the most a plugin may have`;
}

function readKey(file: string): KeyObject | string {
  const place = displayPath(file);
  const read = readText(file, mostKeyOctets);
  if (read.kind === "missing") return `${place}: no such file: "qpsmtpd plugin keygen FILE" makes a key`;
  if (read.kind === "unreadable") return `${place}: cannot be read: ${read.why}`;
  try {
    const key = createPrivateKey(read.text);
    return key.asymmetricKeyType === "ed25519" ? key : `${place}: is no Ed25519 key but ${key.asymmetricKeyType}`;
  } catch {
    return `${place}: holds no private key in PEM`;
  }
}

function write(file: string, text: string | Uint8Array, mode: number): string | undefined {
  try {
    writeFileSync(file, text, { mode, flag: "wx" });
    return undefined;
  } catch (error) {
    return `${displayPath(file)}: cannot be made: ${codeOf(error)}; choose another file`;
  }
}

/** Nobody ever sees half of it. */
function replace(file: string, octets: Uint8Array): string | undefined {
  const draft = `${file}.${randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(draft, octets, { flag: "wx" });
    renameSync(draft, file);
    return undefined;
  } catch (error) {
    return `${displayPath(file)}: cannot be written: ${codeOf(error)}; choose another file by -o`;
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error && "code" in error)) throw error;
  return String(error.code);
}
