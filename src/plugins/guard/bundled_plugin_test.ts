// A plugin in TypeScript, which is QuickJS with its memory, answers guarded as it does unguarded.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { stopBuilding } from "../../../sdk/typescript/build_plugin.ts";
import { sampleWasm } from "../../../sdk/typescript/sample_plugin.ts";
import type { GuardFacts } from "./guard.ts";
import {
  call,
  type GuestExports,
  type Imports,
  instantiate,
  memoryOf,
  Metered,
} from "../../../test/support/guarded.ts";

after(stopBuilding);

const code = `
  import { definePlugin, reject } from "#sdk";
  let calls = 0;
  export default definePlugin({
    rcpt(event) {
      calls += 1;
      const numbers = [...event.text].map((letter, i) => letter.codePointAt(0) * i / 7);
      try { JSON.parse("{"); } catch (error) { numbers.push(error.message.length); }
      const found = /(\\w{1,20})@((?:[a-z]+\\.)+)/.exec(event.text)?.slice(1) ?? [];
      return reject(JSON.stringify([calls, numbers.sort().slice(-9), found, Math.hypot(3, 4), new Date(0).toISOString()]));
    },
  });`;

test("the same events get the same answers, and fuel is used", async () => {
  const wasm = await sampleWasm(code);
  const desks = [new Desk(), new Desk()] as const;
  const plain = desks[0].take(instantiate(wasm, desks[0].imports()));
  const metered = new Metered(wasm, desks[1].imports());
  const guarded = desks[1].take(metered.exports, metered.facts);
  for (const text of ["", "user@mail.example.net", "\u{1f600} Grüße", "x".repeat(5000), "a@a.a.a.a.a.a.a.a.a."]) {
    const before = metered.used;
    assert.equal(guarded(text), plain(text));
    assert.match(guarded(text), /"verdict":"reject"/);
    plain(text);
    assert.ok(metered.used - before > 10_000, `only ${metered.used - before} fuel for ${text.length} characters`);
  }
});

/** The least host: one event in, one answer out. */
class Desk {
  #exports: GuestExports = {};
  #facts: GuardFacts | undefined;
  #event = new Uint8Array();
  #answer = "";

  imports(): Imports {
    const nothing = (): void => {};
    const log = { log_debug: nothing, log_info: nothing, log_warn: nothing, log_error: nothing };
    return {
      qpsmtpd: {
        event_length: () => this.#event.length,
        event_read: (to: number) => this.#octets().set(this.#event, to),
        answer_write: (from: number, length: number) => {
          this.#answer = new TextDecoder().decode(this.#octets().slice(from, from + length));
        },
      },
      "extism:host/env": { ...log, alloc: () => 8n, store_u8: nothing, store_u64: nothing, error_set: nothing },
    };
  }

  take(exports: GuestExports, facts?: GuardFacts): (text: string) => string {
    [this.#exports, this.#facts] = [exports, facts];
    this.#call("configure", { settings: {}, lists: {}, serverName: "mx.test" });
    return (text) => this.#call("rcpt", { text, time: 0 });
  }

  #call(name: string, event: object): string {
    this.#event = new TextEncoder().encode(JSON.stringify(event));
    assert.equal(call(this.#exports, name), 0, `${name} failed`);
    return this.#answer;
  }

  #octets(): Uint8Array {
    return memoryOf(this.#exports, this.#facts);
  }
}
