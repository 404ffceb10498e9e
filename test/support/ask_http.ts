// A program that asks the capability `http` for one URL at 127.0.0.1 and prints what came of it, as JSON.

import { HttpCapability } from "../../src/capabilities/http.ts";
import { callWith, outcomeOf } from "./capability_calls.ts";

const http = new HttpCapability({ lookup: () => Promise.resolve([]) });
const call = callWith(["http://127.0.0.1:*/*"]);
console.log(JSON.stringify(outcomeOf(await http.fulfil({ url: process.argv[2] ?? "" }, call))));
