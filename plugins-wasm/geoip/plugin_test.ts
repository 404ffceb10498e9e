// Where geoip finds clients, and what it makes of that; as wasm with a real database.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { editing, noting, pass, reject } from "#sdk";
import type { Answer, Edit, JsonObject } from "#sdk";
import { fakeHost, messageEvent } from "#sdk/testing";
import { buildPlugin } from "../../sdk/typescript/build_plugin.ts";
import { MmdbCapability } from "../../src/capabilities/mmdb.ts";
import { mmdbOf } from "../../test/support/mmdb_writer.ts";
import { bareHost, everyGrant, runWasm } from "../../test/support/run_wasm.ts";
import { temporaryFolder } from "../../test/support/temporary_folder.ts";
import { testPlugin } from "../shared/cases.ts";
import { isOnInternet } from "./on_internet.ts";
import { connectFrom } from "../shared/sample_events.ts";
import plugin from "./plugin.ts";
import { kilometres } from "./whereabouts.ts";

const vienna = {
  continent: { code: "EU", names: { en: "Europe" } },
  country: { iso_code: "AT", names: { en: "Austria" } },
  city: { names: { de: "Wien", en: "Vienna" } },
  location: { latitude: 48.2085, longitude: 16.3721 },
};
const zurich = {
  continent: { code: "EU" },
  country: { iso_code: "CH", names: { en: "Switzerland" } },
  city: { names: { en: "Z\u00fcrich" } },
  location: { latitude: 47.3682, longitude: 8.5671 },
};
const places = {
  "192.0.2.1": vienna,
  "198.51.100.1": zurich,
  "203.0.113.1": { registered_country: { iso_code: "US" }, continent: { code: "NA" } },
  "203.0.113.2": { location: {}, country: { iso_code: "not a code" } },
  "2001:db8::1": vienna,
};
const systems = {
  "192.0.2.1": { autonomous_system_number: 64500, autonomous_system_organization: "Example \u2603 Net" },
  "203.0.113.3": { autonomous_system_number: 64501 },
};

const folder = temporaryFolder();
const files = [join(folder, "City.mmdb"), join(folder, "ASN.mmdb")] as const;
const single = (address: string): string => `${address}/${address.includes(":") ? 128 : 32}`;
for (const [index, known] of [places, systems].entries()) {
  const records = Object.fromEntries(Object.entries(known).map(([address, record]) => [single(address), record]));
  writeFileSync(files[index] ?? "", mmdbOf(records));
}
/** With what else it needs. */
function granted(...grants: readonly string[]): readonly string[] {
  return [...everyGrant.filter((name) => name !== "mmdb"), ...grants];
}

const databases = new MmdbCapability({ report: () => {} });

const found = {
  vienna: {
    asn: 64500,
    as_organization: "Example ? Net",
    country: "AT",
    country_name: "Austria",
    continent: "EU",
    city: "Vienna",
  },
  zurich: { country: "CH", country_name: "Switzerland", continent: "EU", city: "Zurich" },
  america: { country: "US", continent: "NA" },
  system: { asn: 64501 },
};

function passed(session: JsonObject, score?: number): Answer {
  return { ...noting(pass(), { session }), ...(score === undefined ? {} : { score }) };
}

function refused(session: JsonObject, where: string): Answer {
  return noting(reject(`Mail from your ${where} is not accepted here`, { status: "5.7.1" }), { session });
}

function edits(values: { readonly [name: string]: string }): Answer {
  const fields = ["X-GeoIP-Country", "X-GeoIP-Continent", "X-GeoIP-City", "X-GeoIP-ASN"];
  const wanted = fields.flatMap((name): readonly Edit[] => {
    const value = values[name];
    const removed: Edit = { edit: "removeHeader", name };
    return value === undefined ? [removed] : [removed, { edit: "addHeader", name, value }];
  });
  return editing(pass(), ...wanted);
}

const refusing = { settings: { refuse: ["CH", "continent/NA", "AS64501"] } };
const only = { settings: { only: ["AT"] } };
const scoring = { settings: { score: ["AT = -2", "continent/EU=3", "unknown=-1", "US=0"] } };
const far = { settings: { distance: "192.0.2.1", too_far: 500 } };

testPlugin({
  plugin,
  folder: import.meta.dirname,
  host: () => fakeHost({ mmdb: { [files[0]]: places, [files[1]]: systems } }),
  runWasm: (wasm, configuration) =>
    runWasm(wasm, {
      ...configuration,
      grant: granted(...files.map((file) => `mmdb:${file}`)),
      host: bareHost(new Map([["mmdb", databases]])),
    }),
  cases: [
    ["what all databases know is noted", {}, "connect", connectFrom("192.0.2.1"), passed(found.vienna)],
    ["of a mapped IPv4 address too", {}, "connect", connectFrom("198.51.100.1"), passed(found.zurich)],
    ["of an IPv6 address", {}, "connect", connectFrom("2001:db8::1"), passed(withoutSystem(found.vienna))],
    ["where it is registered, if it is used nowhere", {}, "connect", connectFrom("203.0.113.1"), passed(found.america)],
    ["nothing of an address that nobody knows", {}, "connect", connectFrom("192.0.2.99"), passed({})],
    ["nor of one with an odd record", {}, "connect", connectFrom("203.0.113.2"), passed({})],
    ["a client at home is not looked up", only, "connect", connectFrom("127.0.0.1"), pass()],
    ["nor one on a Unix socket", only, "connect", connectFrom("unix:/run/smtp"), pass()],

    [
      "a country is refused",
      refusing,
      "connect",
      connectFrom("198.51.100.1"),
      refused(found.zurich, "country (Switzerland)"),
    ],
    ["a continent", refusing, "connect", connectFrom("203.0.113.1"), refused(found.america, "country (US)")],
    ["a network", refusing, "connect", connectFrom("203.0.113.3"), refused(found.system, "network")],
    ["not the others", refusing, "connect", connectFrom("192.0.2.1"), passed(found.vienna)],
    ["not the unknown", refusing, "connect", connectFrom("192.0.2.99"), passed({})],
    [
      "unless it is said",
      { settings: { refuse: ["unknown"] } },
      "connect",
      connectFrom("192.0.2.99"),
      refused({}, "network"),
    ],
    [
      "an autonomous system is no place",
      { settings: { refuse: ["unknown"] } },
      "connect",
      connectFrom("203.0.113.3"),
      refused(found.system, "network"),
    ],
    ["only some are let in", only, "connect", connectFrom("192.0.2.1"), passed(found.vienna)],
    ["and no others", only, "connect", connectFrom("198.51.100.1"), refused(found.zurich, "country (Switzerland)")],
    ["the unknown neither", only, "connect", connectFrom("192.0.2.99"), refused({}, "network")],
    [
      "unless it is said too",
      { settings: { only: ["at", "unknown"] } },
      "connect",
      connectFrom("192.0.2.99"),
      passed({}),
    ],

    ["points for a country", scoring, "connect", connectFrom("192.0.2.1"), passed(found.vienna, -2)],
    ["for a continent", scoring, "connect", connectFrom("198.51.100.1"), passed(found.zurich, 3)],
    ["none for a country that is spared", scoring, "connect", connectFrom("203.0.113.1"), passed(found.america)],
    ["for the unknown", scoring, "connect", connectFrom("192.0.2.99"), passed({}, -1)],

    [
      "the distance is noted, and one too far costs a point",
      far,
      "connect",
      connectFrom("198.51.100.1"),
      passed({ ...found.zurich, distance: 590 }, -1),
    ],
    ["near is fine", far, "connect", connectFrom("192.0.2.1"), passed({ ...found.vienna, distance: 0 })],
    [
      "here may be given as a position",
      { settings: { distance: "48.2085, 16.3721", too_far: 600 } },
      "connect",
      connectFrom("198.51.100.1"),
      passed({ ...found.zurich, distance: 590 }),
    ],
    ["without a position there is no distance", far, "connect", connectFrom("203.0.113.1"), passed(found.america)],

    [
      "the message is told, and what it says itself is removed",
      {},
      "data_post",
      messageEvent({ notes: { session: found.vienna } }),
      edits({
        "X-GeoIP-Country": "AT",
        "X-GeoIP-Continent": "EU",
        "X-GeoIP-City": "Vienna",
        "X-GeoIP-ASN": "64500",
      }),
    ],
    ["where nothing is known too", {}, "data_post", messageEvent(), edits({})],
  ],
  misconfigured: [
    [
      "no place",
      { settings: { refuse: ["AT", "Austria"] } },
      "settings.refuse[1]",
      '"Austria" is no place: write "AT"',
    ],
    ["no continent", { settings: { only: ["continent/XX"] } }, "settings.only[0]", '"continent/XX" is no place'],
    ["no points", { settings: { score: ["AT"] } }, "settings.score[0]", '"AT" is not like "AT=1"'],
    ["too many", { settings: { score: ["AT=101"] } }, "settings.score[0]", '"AT=101" is not like "AT=1"'],
    [
      "nowhere",
      { settings: { distance: "Vienna" } },
      "settings.distance",
      '"Vienna" is neither an IP address nor like',
    ],
    ["too far from nowhere", { settings: { too_far: 5 } }, "settings.too_far", "is of no use without `distance`"],
    [
      "a thousand places",
      { settings: { refuse: new Array<string>(1001).fill("AT") } },
      "settings.refuse",
      "has 1001 places",
    ],
  ],
  asked: [
    ["messages are told", {}, ["connect", "data_post"]],
    ["or not", { settings: { add_headers: false } }, ["connect"]],
  ],
});

test("a database that is not there, or none that is named, keeps the plugin from loading", async () => {
  const built = await buildPlugin({ source: join(import.meta.dirname, "plugin.ts") });
  if (built.kind !== "built") return assert.fail(JSON.stringify(built));
  const host = bareHost(new Map([["mmdb", databases]]));
  const rows: readonly (readonly [grant: string, message: string])[] = [
    [`mmdb:${join(folder, "none.mmdb")}`, `${join(folder, "none.mmdb")} is not there`],
    ["mmdb", '"mmdb" must name the file: "mmdb:/usr/share/GeoIP/GeoLite2-Country.mmdb"'],
  ];
  for (const [grant, message] of rows) {
    const run = await runWasm(built.wasm, { grant: granted(grant), host });
    assert.deepEqual(run.kind === "problems" && run.problems, [{ path: "grant", message }]);
  }
});

const addresses: readonly (readonly [address: string, on: boolean])[] = [
  ["192.0.2.1", true],
  ["2001:db8::1", true],
  ["172.32.0.1", true],
  ["100.128.0.1", true],
  ["172.31.255.255", false],
  ["100.64.0.1", false],
  ["10.1.2.3", false],
  ["192.168.1.1", false],
  ["169.254.1.1", false],
  ["::1", false],
  ["::", false],
  ["::ffff:10.0.0.1", false],
  ["fd00::1", false],
  ["fe80::1%eth0", false],
  ["", false],
];

test("addresses of this machine and of private networks are nowhere", () => {
  for (const [address, on] of addresses) assert.equal(isOnInternet(address), on, address);
});

test("half way round the Earth is 20,015 km", () => {
  assert.equal(kilometres({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 }), 20_015);
  assert.equal(kilometres({ latitude: 90, longitude: 0 }, { latitude: -90, longitude: 50 }), 20_015);
});

function withoutSystem({ asn: _, as_organization: __, ...rest }: typeof found.vienna): JsonObject {
  return rest;
}
