// The tables of the store's file, in which every plugin has its entries.

import type { FileShape } from "./sqlite_file.ts";

// `usage` is kept by triggers, in the transaction of the change itself, whoever makes it. An upsert fires the update's.
// The long column is the last, so that the sweep need not read it.
const tables = `
  CREATE TABLE entry (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    expires_at INTEGER,
    value TEXT NOT NULL,
    PRIMARY KEY (namespace, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE usage (
    namespace TEXT NOT NULL PRIMARY KEY,
    entries INTEGER NOT NULL,
    octets INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER entry_inserted AFTER INSERT ON entry BEGIN
    INSERT INTO usage VALUES (new.namespace, 1, octet_length(new.key) + octet_length(new.value))
    ON CONFLICT DO UPDATE SET entries = entries + 1, octets = octets + excluded.octets;
  END;
  CREATE TRIGGER entry_updated AFTER UPDATE OF value ON entry
  WHEN octet_length(new.value) <> octet_length(old.value) BEGIN
    UPDATE usage SET octets = octets + octet_length(new.value) - octet_length(old.value)
    WHERE namespace = new.namespace;
  END;
  CREATE TRIGGER entry_deleted AFTER DELETE ON entry BEGIN
    UPDATE usage SET entries = entries - 1, octets = octets - octet_length(old.key) - octet_length(old.value)
    WHERE namespace = old.namespace;
  END;
`;

// NORMAL: no fsync at each commit. A power failure can undo the last changes, but not damage the file.
export const entryTables: FileShape = { version: 1, tables, synchronous: "NORMAL" };
