// What the name server of the day knows: the names of its clients, and the block lists that name some of them.

import { reverseName } from "../../../src/dns/reverse_name.ts";
import type { Zone } from "../../support/dns_server.ts";

/** Name and address lead to each other. */
const named: { readonly [name: string]: string } = {
  "mail.good.example": "198.51.100.10",
  "tls.good.example": "198.51.100.11",
  "six.good.example": "2001:db8:600d::25",
  "out1.pool.example": "198.51.100.30",
  "out2.pool.example": "198.51.100.31",
  "mail.lists.example": "198.51.100.40",
};

/** Addresses by the list that names them. */
const listed: { readonly [zone: string]: readonly string[] } = {
  "bl.test": ["203.0.113.66", "203.0.113.67", "203.0.113.68", "203.0.113.69", "203.0.113.70", "203.0.113.71"],
  "wl.test": ["203.0.113.71"],
};

/** Domains that can take mail. Their servers have IPv6 alone: addresses for documentation count as unreachable in IPv4. */
const receiving = [
  "good.example",
  "lists.example",
  "pool.example",
  "xn--kln-sna.example",
  "here.example",
  "listed.example",
  "bank.example",
];

export function zoneOfTheDay(): Zone {
  const zone: { [question: string]: readonly string[] } = {};
  for (const [name, address] of Object.entries(named)) {
    zone[`${name} ${address.includes(":") ? "AAAA" : "A"}`] = [address];
    zone[`${reversed(address, "ptr")} PTR`] = [name];
  }
  for (const [list, addresses] of Object.entries(listed)) {
    for (const address of addresses) {
      zone[`${reversed(address, list)} A`] = ["127.0.0.2"];
      zone[`${reversed(address, list)} TXT`] = [`${address} has sent spam`];
    }
  }
  for (const domain of receiving) {
    zone[`${domain} MX`] = [`10 mx.${domain}`];
    zone[`mx.${domain} AAAA`] = ["2001:db8:600d::26"];
  }
  zone["listed.example.dbl.test A"] = ["127.0.1.2"];
  zone["listed.example.dbl.test TXT"] = ["listed.example sells what nobody wants"];
  zone["null.example MX"] = ["0 ."];
  return zone;
}

function reversed(address: string, list: string): string {
  const name = reverseName(address) ?? address;
  return list === "ptr" ? name : name.replace(/(in-addr|ip6)\.arpa$/, list);
}
