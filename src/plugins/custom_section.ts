// Reads a custom section out of the bytes of a WebAssembly module, without compiling it or believing its lengths.

/** `malformed` names the octet where the module stopped making sense. */
export type CustomSection =
  | { readonly kind: "found"; readonly bytes: Uint8Array }
  | { readonly kind: "absent" }
  | { readonly kind: "malformed"; readonly offset: number; readonly why: string };

/** More than any compiler writes; bounds the time spent on a file made of nothing but empty sections. */
const mostSections = 4096;

const magic = [0x00, 0x61, 0x73, 0x6d];
/** Version 1, layer 0: a core module. A component has 0x0d, 0, 1, 0. */
const coreVersion = [0x01, 0x00, 0x00, 0x00];

/** What the first eight octets say. */
export function wasmKind(bytes: Uint8Array): "module" | "component" | "unknown" {
  if (!magic.every((octet, i) => bytes[i] === octet)) return "unknown";
  if (coreVersion.every((octet, i) => bytes[4 + i] === octet)) return "module";
  return bytes[6] === 0x01 ? "component" : "unknown";
}

/** The content of the custom section `name`. Two of that name are malformed: nobody could say which one counts. */
export function readCustomSection(wasm: Uint8Array, name: string): CustomSection {
  if (wasmKind(wasm) !== "module") return malformed(0, "it does not begin like a WebAssembly module");
  const wanted = new TextEncoder().encode(name);
  let found: Uint8Array | undefined;
  let at = 8;
  for (let count = 0; at < wasm.length; count++) {
    if (count === mostSections) return malformed(at, `it has more than ${mostSections} sections`);
    const size = readLength(wasm, at + 1);
    if (size === undefined) return malformed(at + 1, "the length of a section is no number");
    const end = size.end + size.value;
    if (end > wasm.length) return malformed(at, "a section is longer than the file");
    if (wasm[at] === 0) {
      const content = contentIfNamed(wasm.subarray(size.end, end), wanted);
      if (content === "malformed") {
        return malformed(size.end, "the name of a custom section is longer than the section");
      }
      if (content !== undefined && found !== undefined) return malformed(at, `it has two sections named ${name}`);
      found = content ?? found;
    }
    at = end;
  }
  return found === undefined ? { kind: "absent" } : { kind: "found", bytes: found };
}

function contentIfNamed(section: Uint8Array, wanted: Uint8Array): Uint8Array | "malformed" | undefined {
  const length = readLength(section, 0);
  if (length === undefined || length.end + length.value > section.length) return "malformed";
  if (length.value !== wanted.length) return undefined;
  const same = wanted.every((octet, i) => section[length.end + i] === octet);
  return same ? section.subarray(length.end + length.value) : undefined;
}

/** An unsigned LEB128 of at most 32 bits and five octets. */
function readLength(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const octet = bytes[at + i];
    if (octet === undefined) return undefined;
    value += (octet & 0x7f) * 2 ** (7 * i);
    if (octet < 0x80) return value < 2 ** 32 ? { value, end: at + i + 1 } : undefined;
  }
  return undefined;
}

function malformed(offset: number, why: string): CustomSection {
  return { kind: "malformed", offset, why };
}
