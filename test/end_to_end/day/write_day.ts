// Writes DAY.md anew.

import { writeFileSync } from "node:fs";
import { dayText } from "./day_table.ts";

writeFileSync(new URL("DAY.md", import.meta.url), dayText());
