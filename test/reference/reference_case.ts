// A case of qpsmtpd's own tests, and where it is kept here.

/** Words of a test as they stand in a file below the project's folder: its title, or the row that makes it. */
export interface Shown {
  readonly file: string;
  readonly test: string;
}

export type Where =
  /** The same is demanded here. */
  | { readonly kind: "shown"; readonly by: Shown }
  /** It is otherwise, deliberately: a row of plugins-wasm/DIFFERENCES.md that begins so, and a test of what is here. */
  | { readonly kind: "different"; readonly part: string; readonly difference: string; readonly by: Shown }
  /** There is no such thing here, so nothing to test: the row alone. */
  | { readonly kind: "absent"; readonly part: string; readonly difference: string }
  /** It belongs to something that is not built yet. */
  | { readonly kind: "later"; readonly what: string };

export interface UpstreamTest {
  /** The file as the reference names it. */
  readonly upstream: string;
  readonly cases: readonly (readonly [demand: string, where: Where])[];
}

/** Cases that tests of this file show. */
export function shownIn(file: string): (test: string) => Where & { readonly kind: "shown" } {
  return (test) => ({ kind: "shown", by: { file, test } });
}

export function differs(part: string, difference: string, { by }: Where & { readonly kind: "shown" }): Where {
  return { kind: "different", part, difference, by };
}

export function absent(part: string, difference: string): Where {
  return { kind: "absent", part, difference };
}

export function later(what: string): Where {
  return { kind: "later", what };
}
