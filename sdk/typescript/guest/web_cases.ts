// Rows of what the web standards say: guest_test.ts runs them on this runtime and inside a plugin.

type Row = readonly [title: string, actual: () => unknown, expected: unknown];

function href(url: string, base?: string): () => string {
  return () => {
    try {
      return new URL(url, base).href;
    } catch (error) {
      return error instanceof TypeError ? "TypeError" : "another error";
    }
  };
}

function changed(
  url: string,
  part: "host" | "hostname" | "port" | "protocol" | "search" | "username",
  value: string,
): () => string {
  return (): string => {
    const record = new URL(url);
    record[part] = value;
    return record.href;
  };
}

function thrownBy(action: () => unknown): string {
  try {
    return `nothing, but ${JSON.stringify(action())}`;
  } catch (error) {
    return (error as Error).name;
  }
}

/** The base of RFC 3986 §5.4. */
const base = "http://a/b/c/d;p?q";

const urlRows: readonly Row[] = [
  ["lower case, usual port, empty path", href("HTTP://EXAMPLE.com:80"), "http://example.com/"],
  ["an unusual port stays", href("https://example.com:80/"), "https://example.com:80/"],
  ["a port above 65535", href("http://example.com:65536/"), "TypeError"],
  ["no scheme and no base", href("example.com/x"), "TypeError"],
  ["no host", href("http://"), "TypeError"],
  ["a blank in the host", href("http://a b/"), "TypeError"],
  [
    "path, query and fragment encode differently",
    href("http://a/ '`é?'\"é#`é"),
    "http://a/%20'%60%C3%A9?%27%22%C3%A9#%60%C3%A9",
  ],
  ["what is encoded stays", href("http://a/%7Ex%zz"), "http://a/%7Ex%zz"],
  ["credentials", href("http://us@er:p:w@a/"), "http://us%40er:p%3Aw@a/"],
  ["a backslash is a slash", href("http:\\\\a\\b"), "http://a/b"],
  ["blanks around, line breaks within", href(" http://a/\nb\t "), "http://a/b"],
  ["an IPv4 address in other words", href("http://0x7f.1/"), "http://127.0.0.1/"],
  ["no IPv4 address", href("http://1.2.3.256/"), "TypeError"],
  ["an IPv6 address in its short form", href("http://[2001:DB8:0:0:1:0:0:1]/"), "http://[2001:db8::1:0:0:1]/"],
  ["an opaque path", href("mailto:a b@c?x"), "mailto:a b@c?x"],
  ["a file", href("file:///C:/x/../y"), "file:///C:/y"],
  ["relative: a name", href("g", base), "http://a/b/c/g"],
  ["relative: up", href("../../../g", base), "http://a/g"],
  ["relative: here", href("./", base), "http://a/b/c/"],
  ["relative: a query", href("?y", base), "http://a/b/c/d;p?y"],
  ["relative: a fragment", href("#s", base), "http://a/b/c/d;p?q#s"],
  ["relative: another host", href("//g", base), "http://g/"],
  ["relative: the same scheme", href("http:g", base), "http://a/b/c/g"],
  ["relative: encoded dots", href("%2e%2E/g", base), "http://a/b/g"],
  ["relative to an opaque path", href("g", "mailto:a"), "TypeError"],
  ["setter: a usual port goes", changed("https://a:1/", "port", "443"), "https://a/"],
  ["setter: of a port only the leading digits count", changed("http://a/", "port", "80x"), "http://a/"],
  ["setter: a host with a port", changed("http://a/b", "host", "c:8x"), "http://c:8/b"],
  ["setter: a host that is none", changed("http://a/b", "host", "c d"), "http://a/b"],
  ["setter: a name with a port", changed("http://a/b", "hostname", "c:8"), "http://a/b"],
  ["setter: another kind of scheme", changed("http://a/", "protocol", "mailto"), "http://a/"],
  ["setter: credentials", changed("http://a/", "username", "u:@"), "http://u%3A%40@a/"],
  ["setter: an empty query goes", changed("http://a/?b#c", "search", ""), "http://a/#c"],
  ["setters", setters, "https://b:8080/y%20z?q=1&r=2#h"],
  ["origin, canParse, parse", () => [new URL("https://a:443/b").origin, URL.canParse("x"), URL.parse("x")], [
    "https://a",
    false,
    null,
  ]],
];

function setters(): string {
  const url = new URL("http://a/x");
  url.protocol = "https";
  url.host = "b:8080";
  url.pathname = "y z";
  url.search = "q=1";
  url.searchParams.append("r", "2");
  url.hash = "h";
  return url.href;
}

const parameterRows: readonly Row[] = [
  ["parsed", () => [...new URLSearchParams("?a=1&b=%C3%A9+x&a=2&&c")], [["a", "1"], ["b", "é x"], ["a", "2"], [
    "c",
    "",
  ]]],
  ["written", () => String(new URLSearchParams([["a b", "ü&=~'"], ["c", "*-._"]])), "a+b=%C3%BC%26%3D%7E%27&c=*-._"],
  ["from a record", () => String(new URLSearchParams({ x: "1", y: "2" })), "x=1&y=2"],
  ["get, getAll, has", () => {
    const parameters = new URLSearchParams("a=1&a=2");
    return [
      parameters.get("a"),
      parameters.get("b"),
      parameters.getAll("a"),
      parameters.has("a", "3"),
      parameters.size,
    ];
  }, ["1", null, ["1", "2"], false, 2]],
  ["set, delete, sort", () => {
    const parameters = new URLSearchParams("b=1&a=1&b=2&c=3");
    parameters.set("b", "9");
    parameters.delete("c");
    parameters.sort();
    return String(parameters);
  }, "a=1&b=9"],
  ["writes into its URL, and reads from it", () => {
    const url = new URL("http://a/?x=1");
    const { searchParams } = url;
    url.search = "?y=2";
    searchParams.append("z", " ");
    return url.href;
  }, "http://a/?y=2&z=+"],
];

function decoded(
  octets: readonly number[],
  options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean },
): string {
  return new TextDecoder("utf-8", options).decode(Uint8Array.from(octets));
}

const encodingRows: readonly Row[] = [
  ["encodes one to four octets", () => [...new TextEncoder().encode("a¢€😀")], [
    ...[0x61, 0xc2, 0xa2, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80],
  ]],
  ["a lone surrogate becomes U+FFFD", () => [...new TextEncoder().encode("\ud800")], [0xef, 0xbf, 0xbd]],
  ["encodeInto stops before half a character", () => {
    const target = new Uint8Array(4);
    const { read, written } = new TextEncoder().encodeInto("a€€", target);
    return [read, written, ...target];
  }, [2, 4, 0x61, 0xe2, 0x82, 0xac]],
  ["decodes", () => decoded([0x61, 0xc2, 0xa2, 0xf0, 0x9f, 0x98, 0x80]), "a¢😀"],
  ["drops the byte order mark", () => decoded([0xef, 0xbb, 0xbf, 0x61]), "a"],
  ["ignoreBOM keeps it", () => decoded([0xef, 0xbb, 0xbf, 0x61], { ignoreBOM: true }), "\ufeffa"],
  ["a cut character is one U+FFFD", () => decoded([0xf0, 0x9f, 0x98, 0x61]), "\ufffda"],
  ["overlong forms and surrogates are malformed", () => decoded([0xc0, 0x80, 0xed, 0xa0, 0x80]), "\ufffd".repeat(5)],
  ["fatal", () => thrownBy(() => decoded([0xff], { fatal: true })), "TypeError"],
  ["an unknown encoding", () => thrownBy(() => new TextDecoder("no-such")), "RangeError"],
  ["in pieces", () => {
    const decoder = new TextDecoder();
    return [
      decoder.decode(Uint8Array.of(0xe2, 0x82), { stream: true }),
      decoder.decode(Uint8Array.of(0xac), { stream: true }),
      decoder.decode(Uint8Array.of(0xe2)),
    ];
  }, ["", "€", "\ufffd"]],
  ["a long text", () => decoded([...new TextEncoder().encode("ä€".repeat(5000))]) === "ä€".repeat(5000), true],
];

const otherRows: readonly Row[] = [
  ["btoa and atob", () => [btoa("hällo"), atob("aORsbG8="), thrownBy(() => btoa("€"))], [
    "aORsbG8=",
    "hällo",
    "InvalidCharacterError",
  ]],
  ["structuredClone keeps cycles, dates, maps and octets", () => {
    const source = { when: new Date(5), map: new Map([["a", new Set([1])]]), octets: Uint8Array.of(1, 2), self: {} };
    source.self = source;
    const copy = structuredClone(source);
    return [copy !== source, copy.self === copy, copy.when.getTime(), copy.map.get("a")?.has(1), [...copy.octets]];
  }, [true, true, 5, true, [1, 2]]],
  ["structuredClone refuses functions", () => thrownBy(() => structuredClone({ f: String })), "DataCloneError"],
  ["structuredClone keeps the kind of an error", () => {
    const copy = structuredClone(new RangeError("x"));
    return [copy instanceof RangeError, copy.message];
  }, [true, "x"]],
];

export const webCases: readonly Row[] = [...urlRows, ...parameterRows, ...encodingRows, ...otherRows];
