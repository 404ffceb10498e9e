import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { watPlugin, withSection } from "../../test/support/wat_plugin.ts";
import { wasmKind } from "./custom_section.ts";
import { publicKeyOf, readSignature, signatureSection, signModule, whyNotTrusted } from "./signature.ts";

const mine = generateKeyPairSync("ed25519").privateKey;
const theirs = generateKeyPairSync("ed25519").privateKey;
const plugin = watPlugin(`(module (func (export "connect")))`);
const signed = signModule(plugin, mine);
const signedBy = publicKeyOf(mine);

describe("a signature", () => {
  test("is the last section of a module that is otherwise the same", () => {
    assert.deepEqual(signed.subarray(0, plugin.length), plugin);
    assert.equal(wasmKind(signed), "module");
    assert.deepEqual(readSignature(signed), { kind: "signed", key: signedBy });
    assert.deepEqual(readSignature(plugin), { kind: "unsigned" });
  });

  test("takes the place of an older one, good or not", () => {
    assert.deepEqual(signModule(signed, mine), signed);
    const again = signModule(signed, theirs);
    assert.equal(again.length, signed.length);
    assert.deepEqual(readSignature(again), { kind: "signed", key: publicKeyOf(theirs) });
  });

  test("covers every octet before it, and every octet of its own counts", () => {
    // A few octets of the module: most changes make it no module, and all of them must not be signed.
    const places = [...Array(117).keys()].map((at) => signed.length - 1 - at).concat([8, 20, plugin.length - 1]);
    for (const at of places) {
      const changed = signed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      const read = readSignature(changed);
      assert.notEqual(read.kind, "signed", `octet ${at}`);
      assert.notEqual(whyNotTrusted(changed, [signedBy]), undefined, `octet ${at}`);
    }
  });

  const wrong: readonly (readonly [title: string, octets: Uint8Array, why: RegExp])[] = [
    ["no signature", plugin, /^is not signed, .*plugin sign FILE\.wasm/],
    ["somebody else's", signModule(plugin, theirs), /^is signed by \S{44}, whom plugins\.trusted_keys does not name$/],
    ["something behind it", withSection(signed, "name", Uint8Array.of(1, 2)), /is not its last section/],
    ["two of them", withSection(signed, signatureSection, signed.subarray(-97)), /two sections named/],
    ["one that is too short", withSection(plugin, signatureSection, Uint8Array.of(1)), /is not its last section/],
    [
      "one of another module",
      new Uint8Array([...watPlugin("(module)"), ...signed.subarray(-117)]),
      /is wrong: it was changed/,
    ],
    ["one of an unknown kind", withSection(plugin, signatureSection, new Uint8Array(97)), /of a kind that/],
    [
      "a key that is none",
      withSection(plugin, signatureSection, Uint8Array.of(1, ...new Uint8Array(96).fill(0xff))),
      /is wrong: it was changed/,
    ],
    ["a file that is no module", new TextEncoder().encode("no wasm"), /is damaged at octet 0/],
  ];
  for (const [title, octets, why] of wrong) {
    test(`is not believed with ${title}`, () => assert.match(whyNotTrusted(octets, [signedBy]) ?? "", why));
  }

  test("is believed if its key is one of those trusted", () => {
    assert.equal(whyNotTrusted(signed, [publicKeyOf(theirs), signedBy]), undefined);
  });

  test("in memory that is a part of other memory is found all the same", () => {
    const around = new Uint8Array(signed.length + 200);
    around.set(signed, 100);
    assert.equal(readSignature(around.subarray(100, 100 + signed.length)).kind, "signed");
  });
});
