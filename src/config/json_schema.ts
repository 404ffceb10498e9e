// Makes config/qpsmtpd.schema.json, by which editors check and complete qpsmtpd.toml. Run this file to write it anew.

import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { toJsonSchema } from "@valibot/to-json-schema";
import { configSchema } from "./schema.ts";

/** Where the generated schema is kept. */
export const schemaFile: string = fileURLToPath(new URL("../../config/qpsmtpd.schema.json", import.meta.url));

/** The text of that file. */
export function jsonSchemaText(): string {
  const schema = toJsonSchema(configSchema, { typeMode: "input", errorMode: "ignore" });
  const titled = { title: "qpsmtpd.toml", ...schema };
  return `${JSON.stringify(titled, null, 2)}\n`;
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(schemaFile, jsonSchemaText());
