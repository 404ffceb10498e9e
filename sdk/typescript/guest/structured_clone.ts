// `structuredClone` of the HTML Standard, without transfer. Part of a plugin only if it names it.

/** Throws a DOMException `DataCloneError` for functions, symbols and objects whose state lies outside of properties. */
export function structuredClone<T>(value: T): T {
  return clone(value, new Map()) as T;
}

type Copies = Map<object, object>;

function clone(value: unknown, copies: Copies): unknown {
  if (typeof value === "function" || typeof value === "symbol") throw uncloneable(value);
  if (typeof value !== "object" || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const copy = emptyCopy(value, copies);
  copies.set(value, copy);
  fill(copy, value, copies);
  return copy;
}

const wrappers = [Boolean, Number, String, BigInt] as const;

/** The copy without what may lead back to it. */
function emptyCopy(value: object, copies: Copies): object {
  if (Array.isArray(value)) return new Array(value.length);
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  if (value instanceof Map) return new Map();
  if (value instanceof Set) return new Set();
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (ArrayBuffer.isView(value)) return copyOfView(value, copies);
  if (value instanceof Error) return Object.create(errorPrototype(value.name));
  if (wrappers.some((wrapper) => value instanceof wrapper)) return Object(value.valueOf());
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) {
    throw uncloneable(value);
  }
  return {};
}

function fill(copy: object, value: object, copies: Copies): void {
  if (value instanceof Map && copy instanceof Map) {
    for (const [key, entry] of [...value]) copy.set(clone(key, copies), clone(entry, copies));
  } else if (value instanceof Set && copy instanceof Set) {
    for (const entry of [...value]) copy.add(clone(entry, copies));
  } else if (value instanceof Error) {
    fillError(copy, value, copies);
  } else if (Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]") {
    for (const [key, entry] of Object.entries(value)) {
      Object.defineProperty(copy, key, {
        value: clone(entry, copies),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
  }
}

function fillError(copy: object, error: Error, copies: Copies): void {
  for (const name of ["message", "stack", "cause"] as const) {
    if (!Object.hasOwn(error, name)) continue;
    const value = clone(error[name], copies);
    Object.defineProperty(copy, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

function copyOfView(view: ArrayBufferView, copies: Copies): object {
  const buffer = clone(view.buffer, copies) as ArrayBuffer;
  const { constructor } = view as unknown as { readonly constructor: new (...values: unknown[]) => object };
  const length = view instanceof DataView ? view.byteLength : (view as Uint8Array).length;
  return new constructor(buffer, view.byteOffset, length);
}

function errorPrototype(name: string): object {
  const kinds = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
  return (kinds.find((kind) => kind.name === name) ?? Error).prototype;
}

function uncloneable(value: unknown): Error {
  return new DOMException(`${String(value)} could not be cloned`, "DataCloneError");
}
