// Plays one kind of client and writes down what it was not told as its row says.

import { act } from "./actions.ts";
import { type Ports, Reached } from "./client.ts";
import { hello, type Kind, type Step } from "./kind.ts";

/** A refusal that was heard. */
export interface HeardRefusal {
  readonly step: Step;
  readonly code: string;
}

export interface Played {
  readonly kind: Kind;
  /** One line each; none if all went as the row says. */
  readonly problems: readonly string[];
  readonly refusals: readonly HeardRefusal[];
  /** Of the messages that were acknowledged. */
  readonly ids: readonly string[];
}

/** The end of a refusal. */
const receipt = / \(([0-9a-z]{7}-[0-9a-z]{7,}(?:\.\d+)?)\)$/;

export async function playKind(kind: Kind, ports: Ports): Promise<Played> {
  const client = new Reached(ports, kind.door ?? "mail", kind.address);
  const [problems, refusals, ids]: [string[], HeardRefusal[], string[]] = [[], [], []];
  try {
    if (!(kind.steps[0]?.[0] ?? "").startsWith("(talks before")) await client.come();
    for (const step of kind.steps) {
      const reply = await take(client, step);
      const code = receipt.exec(reply)?.[1];
      if (code !== undefined) refusals.push({ step, code });
      const id = /^250 2\.0\.0 Queued as (\S+)$/.exec(reply)?.[1];
      if (id !== undefined) ids.push(id);
      const problem = compare(step, reply);
      if (problem !== undefined) problems.push(problem);
      // What comes behind a wrong answer tells nothing.
      if (problem !== undefined) break;
    }
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    client.hangUp();
  }
  return { kind, problems, refusals, ids };
}

async function take(client: Reached, [says, hears]: Step): Promise<string> {
  const [, action] = /^\((.*)\)$/.exec(says) ?? [];
  if (action !== undefined) await act(client, action);
  else if (says !== "") client.send(says.includes("\n") ? says : `${says}\r\n`);
  return hears === "" ? "" : await client.hear();
}

function compare([says, hears]: Step, reply: string): string | undefined {
  const isRefusal = /^[45]/.test(hears);
  const bare = reply.replace(receipt, "");
  if (isRefusal && !receipt.test(reply)) return `after ${shown(says)}: ${shown(reply)} is no refusal with a code`;
  if (isRefusal ? bare === hears : bare.startsWith(hears)) return undefined;
  return `after ${shown(says)}: heard ${shown(bare)}\n  in the place of ${shown(hears)}`;
}

/** Where greylisting is on: tries once, so that it is let in when it plays. */
export async function tryOnce({ address }: Kind, ports: Ports): Promise<void> {
  const client = new Reached(ports, "mail", address);
  const steps: readonly Step[] = [
    ...hello("mail.good.example"),
    ["MAIL FROM:<ann@good.example>", "250"],
    ["RCPT TO:<reader@here.example>", "any"],
  ];
  await client.come();
  for (const step of steps) await take(client, step);
  client.hangUp();
}

function shown(text: string): string {
  return JSON.stringify(text);
}
