// A password, a token or a digest on its way to a plugin, which no log and no error message can show by accident.

/** Text that only `reveal` gives away: printed, logged or made JSON it is `[secret]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }
}
