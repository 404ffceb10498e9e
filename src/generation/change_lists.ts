// What a reload has changed, as the log, workers and the API tell it. It imports nothing: the dashboard is checked with it.

/**
 * Plugins by their labels; a plugin is kept if it is the very same, with its instances and counters. Plain JSON: workers
 * and the API pass it on.
 */
export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly kept: readonly string[];
  /** Those kept of whose word something else is made, or that are asked at another place: their policy or order changed. */
  readonly rejudged: readonly string[];
  /** Tables of the configuration besides the plugins, `limits` or `delivery`; `policy.recipients` are their files. */
  readonly tables: readonly string[];
}
