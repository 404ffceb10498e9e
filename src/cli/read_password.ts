// Reads a password: typed twice unseen at a terminal, or the one line that comes through a pipe.

import { StringDecoder } from "node:string_decoder";

/** Standard input, as much of it as is needed. */
export interface PasswordInput extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
}

/** `problem` is one line that says what to do. */
export type PasswordRead =
  | { readonly kind: "password"; readonly text: string }
  | { readonly kind: "problem"; readonly problem: string };

/** More is no password: src/sasl takes 4,096 octets. */
const mostCharacters = 5000;

/** `prompt` writes to the terminal as it is. What comes behind the first line of a pipe is not waited for. */
export async function readPassword(input: PasswordInput, prompt: (text: string) => void): Promise<PasswordRead> {
  const terminal = input.isTTY === true;
  const lines = linesOf(input);
  if (terminal) input.setRawMode?.(true);
  try {
    return await (terminal ? readTwice(lines, prompt) : readOnce(lines));
  } finally {
    if (terminal) input.setRawMode?.(false);
    // Input that is still open would keep the program from ending.
    await lines.return(undefined);
  }
}

async function readOnce(lines: AsyncGenerator<string, undefined>): Promise<PasswordRead> {
  const { value } = await lines.next();
  return value === undefined ? problem("no password came on standard input") : { kind: "password", text: value };
}

async function readTwice(
  lines: AsyncGenerator<string, undefined>,
  prompt: (text: string) => void,
): Promise<PasswordRead> {
  const typed: string[] = [];
  for (const question of ["Password: ", "Again: "]) {
    prompt(question);
    const { value } = await lines.next();
    prompt("\n");
    if (value === undefined) return problem("cancelled");
    typed.push(value);
  }
  const [text = "", again] = typed;
  return text === again ? { kind: "password", text } : problem("the two passwords differ, try again");
}

/** Ends with its input, or at Ctrl-C and Ctrl-D: a terminal in raw mode passes them on. The last line needs no end. */
async function* linesOf(input: PasswordInput): AsyncGenerator<string, undefined> {
  const decoder = new StringDecoder("utf8");
  let line: readonly string[] = [];
  for await (const octets of input) {
    for (const character of decoder.write(Buffer.from(octets))) {
      if (character === "\u0003" || character === "\u0004") return undefined;
      if (isLineEnd(character)) {
        yield line.join("");
        line = [];
      } else {
        line = typed(line, character);
      }
    }
  }
  if (line.length > 0) yield line.join("");
  return undefined;
}

function isLineEnd(character: string): boolean {
  return character === "\r" || character === "\n";
}

/** Backspace and Ctrl-U, as terminals do it themselves when they are not in raw mode. */
function typed(line: readonly string[], character: string): readonly string[] {
  if (character === "\u007f" || character === "\b") return line.slice(0, -1);
  if (character === "\u0015") return [];
  return line.length < mostCharacters ? [...line, character] : line;
}

function problem(problem: string): PasswordRead {
  return { kind: "problem", problem };
}
