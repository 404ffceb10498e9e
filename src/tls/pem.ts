// Takes PEM files apart (RFC 7468).

const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/** The blocks with this label, each with its two boundary lines; what stands around them is a comment. */
export function pemBlocks(text: string, label: RegExp): readonly string[] {
  return [...text.matchAll(block)].filter((match) => label.test(match[1] ?? "")).map(([whole]) => whole);
}

/** `CERTIFICATE` and its older names. */
export const certificateLabel: RegExp = /^(?:X509 |TRUSTED )?CERTIFICATE$/;

/** Private keys of every form. */
export const keyLabel: RegExp = /PRIVATE KEY$/;
