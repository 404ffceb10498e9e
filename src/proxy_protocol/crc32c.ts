// The checksum CRC32C of Castagnoli. RFC 9260 appendix A, RFC 3720 §12.1.

/** The polynomial 0x1edc6f41 with its bits in the opposite order. */
const polynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, octet) => {
  let sum = octet;
  for (let bit = 0; bit < 8; bit++) sum = (sum & 1) === 0 ? sum >>> 1 : (sum >>> 1) ^ polynomial;
  return sum;
});

/** An unsigned 32-bit number. */
export function crc32c(octets: Uint8Array): number {
  let sum = 0xffffffff;
  for (const octet of octets) sum = (sum >>> 8) ^ (table[(sum ^ octet) & 0xff] ?? 0);
  return (sum ^ 0xffffffff) >>> 0;
}
