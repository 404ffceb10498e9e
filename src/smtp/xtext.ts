// The encoding of parameter values in which `+3D` is an equals sign. RFC 3461 §4.

const encoded = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/;

/** The octets of the text's UTF-8 form: "+", "=", and everything that is not printable ASCII become `+` and two digits. */
export function encodeXtext(text: string): string {
  let out = "";
  for (const octet of new TextEncoder().encode(text)) out += encodeOctet(octet);
  return out;
}

/** `undefined` if it is not xtext, hexadecimal digits in lower case among that, or not UTF-8 underneath. */
export function decodeXtext(value: string): string | undefined {
  if (!encoded.test(value)) return undefined;
  const octets = new Uint8Array(value.length);
  let length = 0;
  for (let i = 0; i < value.length; i++) {
    const isEscaped = value[i] === "+";
    octets[length++] = isEscaped ? parseInt(value.slice(i + 1, i + 3), 16) : value.charCodeAt(i);
    if (isEscaped) i += 2;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets.subarray(0, length));
  } catch {
    return undefined;
  }
}

function encodeOctet(octet: number): string {
  const isPlain = octet >= 0x21 && octet <= 0x7e && octet !== 0x2b && octet !== 0x3d;
  return isPlain ? String.fromCharCode(octet) : `+${octet.toString(16).toUpperCase().padStart(2, "0")}`;
}
