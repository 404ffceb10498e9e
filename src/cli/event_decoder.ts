// Reads server-sent events, as far as our server sends them: an id, and one line of JSON each. Pure.

export interface StreamEvent {
  readonly id: string;
  readonly text: string;
}

/** Characters of one event. */
const longest = 4_000_000;

export class EventDecoder {
  readonly #decoder = new TextDecoder();
  #rest = "";
  #id = "";

  /** The events that are complete now. Heartbeats and what is too long are passed over. */
  push(octets: Uint8Array): readonly StreamEvent[] {
    const blocks = (this.#rest + this.#decoder.decode(octets, { stream: true })).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    if (this.#rest.length > longest) this.#rest = "";
    return blocks.flatMap((block) => this.#read(block));
  }

  #read(block: string): readonly StreamEvent[] {
    let text: string | undefined;
    for (const line of block.split("\n")) {
      const [, field, value = ""] = /^(id|data): ?(.*)$/.exec(line) ?? [];
      if (field === "id") this.#id = value;
      if (field === "data") text = value;
    }
    return text === undefined ? [] : [{ id: this.#id, text }];
  }
}
