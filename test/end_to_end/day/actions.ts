// What a client of the day can do besides saying lines: the steps in brackets.

import { Reached } from "./client.ts";
import { mailData, messageText } from "./messages.ts";

type Act = (client: Reached, ...words: readonly string[]) => Promise<void> | void;

/** A pattern of the step, and what is done; the words are what its groups match. */
const actions: readonly (readonly [pattern: RegExp, act: Act])[] = [
  [/^sends (.+)$/, (client, name = "") => client.send(mailData(name, new Date()))],
  [/^begins (.+) and hangs up$/, (client, name = "") => {
    client.send(messageText(name, new Date()));
    client.hangUp();
  }],
  [/^begins (.+) and falls silent$/, (client, name = "") => client.send(messageText(name, new Date()))],
  [/^shakes hands for TLS$/, (client) => client.encrypt()],
  [/^comes and goes (\d+) times more$/, async ({ address, ports, door }, count) => {
    await Promise.all(Array.from({ length: Number(count) }, async () => {
      const other = new Reached(ports, door, address);
      await other.come();
      await other.hear();
      other.hangUp();
    }));
  }],
  [/^waits (\d+) ms$/, (_, time) => pause(Number(time))],
  [/^comes again$/, (client) => client.come()],
  [/^comes again from (\S+)$/, (client, address = "") => {
    client.address = address;
    return client.come();
  }],
  [/^talks before it is greeted: (.+)$/, (client, line = "") => client.come(`${line}\r\n`)],
  [/^authenticates as (\S+) with "(.*)"$/, (client, user = "", password = "") => {
    client.send(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString("base64")}\r\n`);
  }],
  [/^sends (\d+) lines of "(\S+)", one a second$/, async (client, count, text = "") => {
    for (let left = Number(count); left > 0; left--) {
      client.send(`${text}\r\n`);
      await pause(1000);
    }
  }],
  [/^sends (.+) in two chunks$/, (client, name = "") => {
    const octets = Buffer.from(messageText(name, new Date()));
    client.send(`BDAT 40\r\n${octets.subarray(0, 40).toString()}`);
    client.send(`BDAT ${octets.length - 40} LAST\r\n${octets.subarray(40).toString()}`);
  }],
];

/** `step` without its brackets. Throws if nobody can do that. */
export async function act(client: Reached, step: string): Promise<void> {
  // The narrower patterns stand behind.
  for (const [pattern, does] of actions.toReversed()) {
    const found = pattern.exec(step);
    if (found !== null) return await does(client, ...found.slice(1));
  }
  throw new Error(`Nobody can do "(${step})": see actions.ts`);
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
