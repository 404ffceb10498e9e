// Writes MaxMind DB files, as small as a test wants them: https://maxmind.github.io/MaxMind-DB/

import type { Json } from "../../sdk/contract/contract.ts";

export interface MmdbOptions {
  /** `Test-Country` unless given. */
  readonly type?: string;
  /** 6 unless given: IPv4 addresses are then in ::/96. */
  readonly ipVersion?: 4 | 6;
}

/** One record in the tree: nothing, the index of a node, or a leaf. */
type Branch = { readonly node: number } | { readonly leaf: number } | undefined;

/** A node's two records. */
interface Node {
  left: Branch;
  right: Branch;
}

const nodeOctets = 8;
const separator = 16;

/** Records by network, `192.0.2.0/24` or `2001:db8::/32`; none may lie within another. */
export function mmdbOf(records: { readonly [network: string]: Json }, options: MmdbOptions = {}): Uint8Array {
  const { type = "Test-Country", ipVersion = 6 } = options;
  const nodes: Node[] = [{ left: undefined, right: undefined }];
  const leaves: Uint8Array[] = [];
  let length = 0;
  for (const [network, record] of Object.entries(records)) {
    plant(nodes, bitsOf(network, ipVersion), length);
    const leaf = encode(record);
    leaves.push(leaf);
    length += leaf.length;
  }
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_767_225_600,
    database_type: type,
    description: {},
    ip_version: ipVersion,
    languages: [],
    node_count: nodes.length,
    record_size: 32,
  });
  const marker = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
  return Buffer.concat([treeOf(nodes), Buffer.alloc(separator), ...leaves, marker, metadata]);
}

function plant(nodes: Node[], bits: string, leaf: number): void {
  let at = nodes[0];
  for (const [index, bit] of [...bits].entries()) {
    if (at === undefined) throw new Error("a network lies within another");
    const side = bit === "0" ? "left" : "right";
    if (index === bits.length - 1) {
      at[side] = { leaf };
      return;
    }
    const next = at[side] ?? { node: nodes.push({ left: undefined, right: undefined }) - 1 };
    at[side] = next;
    at = "node" in next ? nodes[next.node] : undefined;
  }
}

function treeOf(nodes: readonly Node[]): Uint8Array {
  const tree = Buffer.alloc(nodes.length * nodeOctets);
  const valueOf = (branch: Branch): number => {
    if (branch === undefined) return nodes.length;
    return "node" in branch ? branch.node : nodes.length + separator + branch.leaf;
  };
  for (const [index, { left, right }] of nodes.entries()) {
    tree.writeUInt32BE(valueOf(left), index * nodeOctets);
    tree.writeUInt32BE(valueOf(right), index * nodeOctets + 4);
  }
  return tree;
}

function bitsOf(network: string, ipVersion: 4 | 6): string {
  const [address = "", length = ""] = network.split("/");
  if (!address.includes(":")) {
    const bits = address.split(".").map((octet) => Number(octet).toString(2).padStart(8, "0")).join("");
    return (ipVersion === 6 ? "0".repeat(96) : "") + bits.slice(0, Number(length));
  }
  const [head = "", tail = ""] = address.split("::");
  const [before, after] = [head, tail].map((side) => side === "" ? [] : side.split(":"));
  const zeros = new Array<string>(8 - (before?.length ?? 0) - (after?.length ?? 0)).fill("0");
  const groups = [...before ?? [], ...zeros, ...after ?? []];
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0")).join("").slice(
    0,
    Number(length),
  );
}

/** Whole numbers are uint32, all others double. */
function encode(value: Json): Uint8Array {
  if (typeof value === "string") {
    const text = Buffer.from(value);
    return Buffer.concat([control(2, text.length), text]);
  }
  if (typeof value === "boolean") return control(14, value ? 1 : 0);
  if (typeof value === "number") return encodeNumber(value);
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value ?? {});
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([key, each]) => [encode(key), encode(each)])]);
}

function encodeNumber(value: number): Uint8Array {
  const octets = Buffer.alloc(8);
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) {
    octets.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), octets.subarray(0, 4)]);
  }
  octets.writeDoubleBE(value);
  return Buffer.concat([control(3, 8), octets]);
}

/** The octets that say type and size. */
function control(type: number, size: number): Uint8Array {
  const [short, ...more] = size < 29
    ? [size]
    : size < 285
    ? [29, size - 29]
    : [30, (size - 285) >> 8, (size - 285) & 255];
  return Uint8Array.from(type > 7 ? [short ?? 0, type - 7, ...more] : [type << 5 | (short ?? 0), ...more]);
}
