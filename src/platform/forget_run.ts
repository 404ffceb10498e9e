// Gives up the right to start programs, where a runtime knows such a right.

/** The part of Deno that is used here. */
interface Denied {
  readonly permissions: { revokeSync(descriptor: { readonly name: "run" }): unknown };
}

/** Deno must allow a primary to fork, and gives its workers the same permissions: they have no use for this one. */
export function forgetRun(): void {
  const { Deno: runtime } = globalThis as { readonly Deno?: Denied };
  runtime?.permissions.revokeSync({ name: "run" });
}
