// What `[tls]` of the configuration says, and what the files it names turned out to hold.

/** `[tls]`, its paths resolved. */
export interface TlsChoice {
  /** The first is for clients that ask for no name of another. */
  readonly certificates: readonly CertificateFiles[];
  readonly minimum: TlsVersion;
  readonly clientCertificates: "off" | "ask";
  /** Whose client certificates are believed; absent: nobody's. */
  readonly clientAuthorities?: string;
}

export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** Two paths, which may be one. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate with its key: both are read, and belong together. */
export interface Identity {
  /** PEM: the certificate itself, then what leads to an authority. */
  readonly chain: string;
  /** PEM. */
  readonly key: string;
  /** Of the certificate itself, for `tls-server-end-point`. */
  readonly der: Uint8Array;
  /** Host names that it is for, in lower case. */
  readonly names: readonly string[];
}

/** All that a listener needs to speak TLS: strings, so that it may be kept, compared and given away. */
export interface TlsMaterial {
  readonly identities: readonly [Identity, ...Identity[]];
  readonly minimum: TlsVersion;
  readonly clientCertificates: "off" | "ask";
  /** PEM, one each. */
  readonly authorities?: readonly string[];
}
