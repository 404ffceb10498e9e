// The one function that core/glue.wat gives to the guest's JavaScript, taken out of the plugin's sight.

/**
 * `native(0..3, text)` logs at debug, info, warn, error; operation 4 is `bind`, see start.ts; 5 and 6 ask the host, see
 * host_access.ts.
 */
type Native = (operation: number, ...values: readonly unknown[]) => unknown;

const scope = globalThis as { native?: Native };

export const native: Native = scope.native ?? missing;
delete scope.native;

function missing(): never {
  throw new Error("This file runs only inside a plugin built by build_plugin.ts.");
}
