// All attacks there are, by family.

import { answerAttacks } from "./answer_attacks.ts";
import type { Attack } from "./attack.ts";
import { bombAttacks } from "./bomb_attacks.ts";
import { cAttacks } from "./c_attacks.ts";
import { endlessAttacks } from "./endless_attacks.ts";
import { hostAttacks } from "./host_attacks.ts";
import { moduleAttacks } from "./module_attacks.ts";
import { rememberingAttacks } from "./remembering_attacks.ts";
import { typescriptAttacks } from "./typescript_attacks.ts";
import { wasiAttacks } from "./wasi_attacks.ts";

export const everyAttack: { readonly [family: string]: readonly Attack[] } = {
  endless: endlessAttacks,
  bombs: bombAttacks,
  answers: answerAttacks,
  host: hostAttacks,
  wasi: wasiAttacks,
  modules: moduleAttacks,
  remembering: rememberingAttacks,
  typescript: typescriptAttacks,
  c: cAttacks,
};
