// A reader of Authentication-Results for tests, by the grammar of RFC 8601 §2.2 and not by what the server writes.

import assert from "node:assert/strict";

/** What a field says; properties in their order. */
export interface ReadResults {
  readonly id: string;
  readonly results: readonly ReadResult[];
}

export interface ReadResult {
  readonly method: string;
  readonly result: string;
  readonly reason?: string;
  readonly properties: { readonly [property: string]: string };
}

/** Reads a whole field with its folding and final CRLF; one that is not by the grammar fails the test. */
export function readResults(field: string): ReadResults {
  assert.match(field, /^Authentication-Results:(?:[^\r\n\0]|\r\n[ \t])*\r\n$/);
  for (const line of field.slice(0, -2).split("\r\n")) assert.match(line, /[^ \t]/, "a line of white space alone");
  const reader = new Reader(field.slice("Authentication-Results:".length).replaceAll("\r\n", ""));
  const id = reader.value();
  const results: ReadResult[] = [];
  while (!reader.atEnd()) {
    reader.expect(";");
    if (results.length === 0 && reader.takesAll("none")) break;
    results.push(readResult(reader));
  }
  return { id, results };
}

function readResult(reader: Reader): ReadResult {
  const method = reader.keyword();
  reader.expect("=");
  const result = reader.keyword();
  const properties: { [property: string]: string } = {};
  let reason: string | undefined;
  while (!reader.atEnd() && !reader.sees(";")) {
    const name = reader.keyword();
    if (name === "reason" && reader.sees("=")) {
      reader.expect("=");
      reason = reader.value();
      continue;
    }
    reader.expect(".");
    const property = `${name}.${reader.keyword()}`;
    reader.expect("=");
    assert.ok(!Object.hasOwn(properties, property), `${property} is there twice`);
    properties[property] = reader.value();
  }
  return { method, result, properties, ...(reason === undefined ? {} : { reason }) };
}

class Reader {
  #rest: string;

  constructor(text: string) {
    this.#rest = text.replace(/^[ \t]+/, "");
  }

  atEnd(): boolean {
    return this.#rest === "";
  }

  sees(text: string): boolean {
    return this.#rest.startsWith(text);
  }

  expect(text: string): void {
    assert.ok(this.sees(text), `no ${text} before ${JSON.stringify(this.#rest)}`);
    this.#advance(text.length);
  }

  takesAll(text: string): boolean {
    if (this.#rest !== text) return false;
    this.#advance(text.length);
    return true;
  }

  keyword(): string {
    return this.#match(/^[A-Za-z0-9-]*[A-Za-z0-9]/);
  }

  /** A quoted-string, a mailbox, or a token. */
  value(): string {
    if (this.sees('"')) {
      return this.#match(/^"(?:[^"\\]|\\[^])*"/).slice(1, -1).replace(/\\([^])/g, "$1");
    }
    return this.#match(/^(?:[^\s()<>,;:\\"[\]@]*@[A-Za-z0-9.-]+|[^\s()<>@,;:\\"/[\]?=]+)(?=[ \t;]|$)/);
  }

  #match(pattern: RegExp): string {
    const found = pattern.exec(this.#rest)?.[0];
    assert.ok(found !== undefined, `${JSON.stringify(this.#rest)} does not begin like ${pattern}`);
    this.#advance(found.length);
    return found;
  }

  #advance(by: number): void {
    this.#rest = this.#rest.slice(by).replace(/^[ \t]+/, "");
  }
}
