// Syncs a folder once for everybody who is waiting: with many deliveries at a time this is a third of their cost.

import { syncFolder } from "./disk.ts";

interface Syncing {
  readonly running: Promise<void>;
  /** Begins when the running one ends; whoever comes meanwhile shares it. */
  next: Promise<void> | undefined;
}

const folders = new Map<string, Syncing>();

/** When it resolves, every name put into the folder before the call is durable. */
export function makeNamesDurable(folder: string): Promise<void> {
  const syncing = folders.get(folder);
  if (syncing === undefined) return begin(folder);
  // The running sync may have begun before the caller's rename, so it proves nothing to him.
  syncing.next ??= syncing.running.then(() => begin(folder), () => begin(folder));
  return syncing.next;
}

function begin(folder: string): Promise<void> {
  const running = syncFolder(folder).finally(() => {
    if (folders.get(folder)?.next === undefined) folders.delete(folder);
  });
  folders.set(folder, { running, next: undefined });
  return running;
}
