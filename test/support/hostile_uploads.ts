// What somebody who got hold of a token, or made a mistake, may send in the place of a plugin.

import { hook, plainManifest, watPlugin } from "./wat_plugin.ts";
import { guest } from "./wat_plugin.ts";

export interface HostileUpload {
  readonly title: string;
  readonly octets: () => Uint8Array;
  /** What the answer says of it. */
  readonly problem: RegExp;
}

const pass = `{"verdict":"pass"}`;
const passes = hook("connect", `(call $write (i32.const 0) (i32.const ${pass.length})) (i32.const 0)`);

/** A plugin `tried` that is fine, and differs by its version. */
export function goodPlugin(version = "2.0.0", needs: readonly string[] = plainManifest.needs): Uint8Array {
  return watPlugin(guest(passes, pass), { version, needs });
}

const hog = `(loop $more (drop (memory.grow (i32.const 1000))) (br $more)) (i32.const 0)`;

/** All are for the label `tried`, which is granted what `plainManifest` needs. */
export const hostileUploads: readonly HostileUpload[] = [
  {
    title: "a trap in configure",
    octets: () => watPlugin(guest(hook("configure", "unreachable") + passes), { version: "3.0.0" }),
    problem: /configure: failed: .*unreachable/i,
  },
  {
    title: "an endless loop in configure",
    octets: () =>
      watPlugin(guest(hook("configure", "(loop $on (br $on)) (i32.const 0)") + passes), { version: "3.0.1" }),
    problem: /configure: failed: it ran for more than 2000 ms/,
  },
  {
    title: "memory without end",
    octets: () => watPlugin(guest(hook("configure", hog) + passes), { version: "3.0.2" }),
    problem: /configure: failed: /,
  },
  {
    title: "more than is granted",
    octets: () => goodPlugin("3.0.3", [...plainManifest.needs, "http"]),
    problem: /needs what it is not granted: "http"; .*grant = \["event", "verdict", "edit", "http"\]/,
  },
  { title: "nothing", octets: () => new Uint8Array(), problem: /is no WebAssembly module/ },
  {
    title: "garbage",
    octets: () => new TextEncoder().encode("<script>alert(1)</script>"),
    problem: /is no WebAssembly module/,
  },
  {
    title: "a plugin cut short",
    octets: () => goodPlugin("3.0.4").subarray(0, -20),
    problem: /is damaged at octet \d+: a section is longer than the file/,
  },
  {
    title: "a zip archive",
    octets: () => Uint8Array.of(0x50, 0x4b, 3, 4, ...new Uint8Array(1000)),
    problem: /is no WebAssembly module/,
  },
  {
    title: "100 MB",
    octets: () => new Uint8Array(100_000_000),
    problem: /has 100000000 octets; a plugin may have 33554432/,
  },
  {
    title: "another plugin",
    octets: () => watPlugin(guest(passes), { name: "other" }),
    problem: /the file is the plugin "other", and is configured as "tried"/,
  },
  {
    title: "another contract",
    octets: () => watPlugin(guest(passes), { contract: 9 }),
    problem: /contract is 9, and this server speaks contract/,
  },
  {
    title: "a host function that is not there",
    octets: () =>
      watPlugin(`(module (import "env" "system" (func)) ${hook("connect", "(i32.const 0)")})`, { version: "3.0.5" }),
    problem: /wants the function "env\.system", which the host does not have/,
  },
];
