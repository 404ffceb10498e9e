// Which texts are domain names: those that may be asked for, and those of hosts that may be passed on.

export type CheckedName =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "badName"; readonly message: string };

/**
 * The name in the one form used for asking, comparing and caching: lower case, without a final dot. Any printable ASCII
 * is let through but the backslash, whose meaning differs from reader to reader: names made from parts of an address,
 * as by SPF's `exists`, hold all of that.
 */
export function checkName(text: string): CheckedName {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  // RFC 1035 §2.3.4: 255 octets on the wire are 253 characters of text. First, so that nothing long is looked at.
  if (name.length > 253) return bad(`a name of ${name.length} characters is longer than 253`);
  if (name === "") return bad("the name is empty");
  if (/[^\x21-\x7e]/.test(name)) return bad("the name holds a space, a control character or one outside ASCII");
  if (name.includes("\\")) return bad("the name holds a backslash");
  const labels = name.split(".");
  if (labels.includes("")) return bad("the name holds an empty label");
  if (labels.some((label) => label.length > 63)) return bad("the name holds a label longer than 63 characters");
  return { kind: "name", name: name.toLowerCase() };
}

/**
 * The name that another server gave for a host, in the form of `checkName`, or `undefined` if it holds anything but
 * letters, digits, hyphens and underscores: it may end up in a header or a log, where quotes and brackets have meaning.
 */
export function hostName(text: string): string | undefined {
  const checked = checkName(text);
  return checked.kind === "name" && /^[a-z0-9_.-]+$/.test(checked.name) ? checked.name : undefined;
}

function bad(message: string): CheckedName {
  return { kind: "badName", message };
}
