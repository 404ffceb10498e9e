// The one function that core/glue.wat gives to the guest's JavaScript, taken out of the plugin's sight.

/** `native(0..3, text)` logs at debug, info, warn, error; operation 4 is `bind`, see start.ts. */
type Native = (operation: number, ...values: readonly unknown[]) => void;

const scope = globalThis as { native?: Native };

export const native: Native = scope.native ?? missing;
delete scope.native;

function missing(): void {
  throw new Error("This file runs only inside a plugin built by build_plugin.ts.");
}
