// The messages of the day by their names, as lines.

type Compose = (now: Date) => readonly string[];

const day = 86_400_000;

function fields(now: Date, ...more: readonly string[]): readonly string[] {
  return ["From: Ann <ann@good.example>", "To: reader@here.example", `Date: ${now.toUTCString()}`, ...more];
}

function text(lines: readonly string[]): readonly string[] {
  return [...lines, "", "Hello."];
}

const composers: { readonly [name: string]: Compose } = {
  "a message": (now) => text(fields(now, "Subject: Hello")),
  "a message of a list": (now) => text(fields(now, "List-Id: <talk.lists.example>", "Precedence: list")),
  "a bounce": (now) =>
    text(["From: MAILER-DAEMON@good.example", `Date: ${now.toUTCString()}`, "Auto-Submitted: auto-replied"]),
  "a message in UTF-8": (now) => text(fields(now, "Subject: Grüße aus Köln")),
  "a message without Date and From": () => text(["To: reader@here.example", "Subject: Hello"]),
  "a message from five days ahead": (now) => text(fields(new Date(now.getTime() + 5 * day))),
  "a message from two years ago": (now) => text(fields(new Date(now.getTime() - 730 * day))),
  "a message with two From fields": (now) => text(fields(now, "From: boss@here.example")),
  "a message with our own Authentication-Results": (now) => {
    return text(["Authentication-Results: mx.here.example; spf=pass smtp.mailfrom=bank.example", ...fields(now)]);
  },
  "a message of 1.2 MB": (now) => [...fields(now), "", ...Array.from({ length: 12_000 }, () => "x".repeat(98))],
  "a message of 2 KB": (now) => [...fields(now), "", ...Array.from({ length: 20 }, () => "x".repeat(98))],
  "nothing": () => [],
};

/** The mail data of that name with their end. Throws if there is no such message. */
export function mailData(name: string, now: Date): string {
  return `${messageText(name, now)}.\r\n`;
}

export function messageText(name: string, now: Date): string {
  const lines = composers[name]?.(now);
  if (lines === undefined) throw new Error(`No message is called "${name}": see messages.ts`);
  return lines.map((line) => `${line}\r\n`).join("");
}
