// A program that asks one capability as the host would, on whichever runtime runs it, and prints the outcomes as JSON.

import { argv, exit, stdout } from "node:process";
import type { Json } from "../../sdk/contract/contract.ts";
import type { Capability } from "../../src/capabilities/capability.ts";
import { LdapCapability } from "../../src/capabilities/ldap.ts";
import { RunCapability } from "../../src/capabilities/run.ts";
import { SqlCapability } from "../../src/capabilities/sql.ts";
import { TcpCapability } from "../../src/capabilities/tcp.ts";
import type { DatabaseChoices } from "../../src/sql/choice.ts";
import { callWith, outcomeOf } from "./capability_calls.ts";

/** The one argument of the program. */
export interface Questions {
  readonly capability: "run" | "sql" | "ldap" | "tcp";
  readonly databases?: DatabaseChoices;
  /** PEM, for `ldap` and `tcp`. */
  readonly authorities?: string;
  readonly scopes: readonly string[];
  readonly requests: readonly object[];
}

const questions = JSON.parse(argv[2] ?? "") as Questions;
const capability = capabilityOf(questions);
const outcomes: Json[] = [];
const call = callWith(questions.scopes);
for (const request of questions.requests) outcomes.push(outcomeOf(await capability.fulfil(request, call)));
stdout.write(JSON.stringify(outcomes), () => exit(0));

function capabilityOf({ capability: name, databases = {}, authorities }: Questions): Capability {
  if (name === "run") return new RunCapability();
  if (name === "tcp") {
    const lookup = (): Promise<readonly string[]> => Promise.resolve([]);
    return new TcpCapability({ lookup, ...(authorities === undefined ? {} : { authorities }) });
  }
  return name === "sql" ? new SqlCapability(databases) : new LdapCapability({ authorities: authorities ?? "" });
}
