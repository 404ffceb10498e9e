// Scopes of `http`, and the URLs that they allow.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHttpScope, parseTarget, partsOfTarget } from "./http_scope.ts";
import { scopeCovers } from "./scope.ts";

const scopes: readonly (readonly [scope: string, parts: readonly string[] | string])[] = [
  ["https://api.example.com/v1/*", ["https", "api.example.com", "443", "/v1/*"]],
  ["http://api.example.com/", ["http", "api.example.com", "80", "/"]],
  ["https://API.Example.com:8443/*", ["https", "api.example.com", "8443", "/*"]],
  ["https://*.example.com/*", ["https", "*.example.com", "443", "/*"]],
  ["https://*/*", ["https", "*", "443", "/*"]],
  ["http://127.0.0.1:*/*", ["http", "127.0.0.1", "*", "/*"]],
  ["http://[::1]:8080/*", ["http", "0:0:0:0:0:0:0:1", "8080", "/*"]],
  ["ftp://example.com/*", "is not like https://host/path*"],
  ["*://example.com/*", "is not like https://host/path*"],
  ["example.com", "is not like https://host/path*"],
  ["https://user@example.com/*", "is not like https://host/path*"],
  ["https://example.com", "has no path; write https://example.com/* for all of them"],
  ["https://example.com/a?b", "may not have a query or a fragment: scopes end with the path"],
  ["https://example.com/a#b", "may not have a query or a fragment: scopes end with the path"],
  ["https://example.com:0/*", "has a port that is not 1 to 65535"],
  ["https://example.com:/*", "has a port that is not 1 to 65535"],
  ["https://example.com:65536/*", "has a port that is not 1 to 65535"],
  ["https://exa*ple.com/*", "names no host: exa*ple.com"],
  ["https://api.*.com/*", "names no host: api.*.com"],
  ["https://*example.com/*", "names no host: *example.com"],
  ["https://*.0.0.1/*", "writes an address in an unusual way: *.0.0.1"],
  ["https://0x7f.1/*", "writes an address in an unusual way: 0x7f.1"],
  ["https://2130706433/*", "writes an address in an unusual way: 2130706433"],
  ["https://::1/*", "is not like https://host/path*"],
  ["https://[127.0.0.1]/*", "names no host: [127.0.0.1]"],
  ["https://example.com/a/../b", "has a dot segment in its path"],
  ["https://example.com/a%2fb", "has an escaped slash, backslash, percent sign or control character in its path"],
  ["https://example.com/a\\b", "has a path that is not written in its normal form"],
  ['https://example.com/a"b', "has a path that is not written in its normal form"],
];

for (const [scope, expected] of scopes) {
  test(`the scope ${scope}: ${typeof expected === "string" ? expected : "is one"}`, () => {
    const parsed = parseHttpScope(scope);
    assert.deepEqual(parsed.kind === "scope" ? parsed.parts : parsed.why, expected);
  });
}

type Verdict = "granted" | "not granted" | "refused";
const narrow = "https://api.example.com/v1/*";
const urls: readonly (readonly [scope: string, url: string, verdict: Verdict])[] = [
  [narrow, "https://api.example.com/v1/x", "granted"],
  [narrow, "https://api.example.com/v1/", "granted"],
  [narrow, "https://api.example.com/v1/x?q=/v2/../..", "granted"],
  [narrow, "https://API.EXAMPLE.COM:443/v1/x#fragment", "granted"],
  [narrow, "HTTPS://api.example.com/v1/x", "granted"],
  [narrow, "https://api.example.com/v1", "not granted"],
  [narrow, "https://api.example.com/V1/x", "not granted"],
  [narrow, "https://api.example.com/?/v1/x", "not granted"],
  [narrow, "https://api.example.com/#/v1/x", "not granted"],
  [narrow, "http://api.example.com/v1/x", "not granted"],
  [narrow, "https://api.example.com:444/v1/x", "not granted"],
  [narrow, "https://evil.example/https://api.example.com/v1/x", "not granted"],
  [narrow, "https://api.example.com.evil.example/v1/x", "not granted"],
  [narrow, "https://evil.example?https://api.example.com/v1/x", "not granted"],
  // Climbing out of the path, in every spelling.
  [narrow, "https://api.example.com/v1/../admin", "not granted"],
  [narrow, "https://api.example.com/v1/%2e%2e/admin", "not granted"],
  [narrow, "https://api.example.com/v1/.%2E/admin", "not granted"],
  [narrow, "https://api.example.com/v1//../../admin", "not granted"],
  [narrow, "https://api.example.com/v1/..%2fadmin", "refused"],
  [narrow, "https://api.example.com/v1/%2e%2e%2fadmin", "refused"],
  [narrow, "https://api.example.com/v1/..%5cadmin", "refused"],
  [narrow, "https://api.example.com/v1/..\\admin", "refused"],
  [narrow, "https://api.example.com/v1/%252e%252e/admin", "refused"],
  [narrow, "https://api.example.com/v1/..;/admin", "refused"],
  [narrow, "https://api.example.com/v1/..%3b/admin", "refused"],
  [narrow, "https://api.example.com/v1/%2e.;a=b/admin", "refused"],
  [narrow, "https://api.example.com/v1/%00", "refused"],
  [narrow, "https://api.example.com/v1/%zz", "refused"],
  // Somebody in front of the host.
  [narrow, "https://api.example.com@evil.example/v1/x", "refused"],
  [narrow, "https://user:secret@api.example.com/v1/x", "refused"],
  [narrow, "https://@api.example.com/v1/x", "refused"],
  [narrow, "https://api.example.com\\@evil.example/v1/x", "refused"],
  // What is no URL to everyone.
  [narrow, " https://api.example.com/v1/x", "refused"],
  [narrow, "https://api.example.com/v1/\r\nHost: evil.example", "refused"],
  [narrow, "https://api.exam\tple.com/v1/x", "refused"],
  [narrow, "https://api.example.com/v1/\u00e4", "refused"],
  [narrow, "https://api\u3002example.com/v1/x", "refused"],
  [narrow, "https:api.example.com/v1/x", "refused"],
  [narrow, "https:///api.example.com/v1/x", "refused"],
  [narrow, "//api.example.com/v1/x", "refused"],
  [narrow, "/v1/x", "refused"],
  [narrow, "file:///etc/passwd", "refused"],
  [narrow, "javascript:1", "refused"],
  [narrow, `https://api.example.com/v1/${"x".repeat(8200)}`, "refused"],
  [narrow, "https://api.example.com.:443/v1/x", "refused"],
  [narrow, "https://api.example.com:0/v1/x", "refused"],
  ["https://*.example.com/*", "https://a.b.example.com/x", "granted"],
  ["https://*.example.com/*", "https://example.com/x", "not granted"],
  ["https://*.example.com/*", "https://evil.test/x.example.com/", "not granted"],
  ["https://*.example.com/*", "https://evilexample.com/x", "not granted"],
  // Other spellings of an address come to the same address, whichever is granted.
  ["http://127.0.0.1:8080/*", "http://127.0.0.1:8080/x", "granted"],
  ["http://127.0.0.1:8080/*", "http://2130706433:8080/x", "granted"],
  ["http://127.0.0.1:8080/*", "http://0x7f.1:8080/x", "granted"],
  ["http://*.example.com/*", "http://0177.0.0.1/x", "not granted"],
  ["http://[::1]/*", "http://[0:0::1]/x", "granted"],
  ["http://[::1]/*", "http://[::ffff:127.0.0.1]/x", "not granted"],
  ["http://127.0.0.1/*", "http://[::ffff:127.0.0.1]/x", "not granted"],
];

for (const [scope, url, verdict] of urls) {
  test(`${verdict} by ${scope}: ${JSON.stringify(url).slice(0, 80)}`, () => {
    const [wide, target] = [parseHttpScope(scope), parseTarget(url)];
    if (wide.kind === "bad") return assert.fail(wide.why);
    if (target.kind === "bad") return assert.equal("refused", verdict, target.why);
    const covers = scopeCovers(wide.parts, partsOfTarget(target.target));
    assert.equal(covers ? "granted" : "not granted", verdict);
  });
}
