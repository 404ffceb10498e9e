// The whole way on every runtime.

import { firstMailOn } from "../support/first_mail.ts";
import { runtimes } from "../support/runtimes.ts";

for (const runtime of runtimes) firstMailOn(runtime.name, runtime);
