// TOML keys are snake_case, TypeScript names camelCase: one translation for both types and values.

/** `message_size` -> `messageSize`. */
export type Camel<Key extends string> = Key extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}`
  : Key;

/** A record with its own keys translated; values stay as they are. */
export type CamelKeys<Shape> = { readonly [Key in keyof Shape as Key extends string ? Camel<Key> : Key]: Shape[Key] };

/** The same values under translated keys, one level deep. */
export function camelKeys<Shape extends object>(shape: Shape): CamelKeys<Shape> {
  const entries = Object.entries(shape).map(([key, value]) => [camel(key), value]);
  return Object.fromEntries(entries) as CamelKeys<Shape>;
}

function camel(key: string): string {
  return key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
