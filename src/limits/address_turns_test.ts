import assert from "node:assert/strict";
import { test } from "node:test";
import { AddressTurns, type Turn } from "./address_turns.ts";

/** Who has been let in so far, by what they are called. */
function asking(
  turns: AddressTurns,
): { readonly entered: string[]; ask(address: string, name: string): Promise<Turn> } {
  const entered: string[] = [];
  return {
    entered,
    ask: async (address, name) => {
      const turn = await turns.enter(address);
      entered.push(turn === undefined ? `not ${name}` : name);
      return turn ?? { leave: () => {} };
    },
  };
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

test("of one address some are let in, the others one by one as these leave, and none of it holds up another address", async () => {
  const { entered, ask } = asking(new AddressTurns({ atOnce: 2, within: 5000 }));
  const [first, second] = await Promise.all([ask("192.0.2.1", "1"), ask("192.0.2.1", "2")]);
  const [third, fourth] = [ask("192.0.2.1", "3"), ask("192.0.2.1", "4")];
  await soon();
  (await ask("192.0.2.2", "other")).leave();
  assert.deepEqual(entered, ["1", "2", "other"]);
  second.leave();
  (await third).leave();
  await fourth;
  assert.deepEqual(entered.slice(3), ["3", "4"]);
  first.leave();
  await ask("192.0.2.1", "5");
  assert.equal(entered.at(-1), "5");
});

test("a /64 is one address", async () => {
  const { entered, ask } = asking(new AddressTurns({ atOnce: 1, within: 5000 }));
  const turn = await ask("2001:db8::1", "1");
  const waiting = ask("2001:db8::2", "2");
  await ask("2001:db8:0:1::1", "3");
  assert.deepEqual(entered, ["1", "3"]);
  turn.leave();
  await waiting;
});

test("who has waited too long is not let in, and is not waited for", async () => {
  const { entered, ask } = asking(new AddressTurns({ atOnce: 1, within: 20 }));
  const turn = await ask("192.0.2.1", "1");
  await ask("192.0.2.1", "2");
  turn.leave();
  await ask("192.0.2.1", "3");
  assert.deepEqual(entered, ["1", "not 2", "3"]);
});
