// A certificate for api.test and 127.0.0.1 that nobody trusts, with its key: for servers of tests alone.

/** PEM; valid until 2126. */
export const apiCertificate: { readonly key: string; readonly cert: string } = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgLbyyKkCahONSAhnS
OkXXgacdxBjZZs8o1fiqipCwmtehRANCAASN2FKCD3mI5z9wtNUqThb6pfxJRvbn
q6dbZsVXlfp9UpdGiDECFBgvJD5wsb5oWo9BrJ+CD6jGTE4Ym2d1svWl
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmTCCAT6gAwIBAgIUYVpDV9e9qqIbs7VmJjIqK6t3H2swCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIYXBpLnRlc3QwIBcNMjYxMTIyMTYyNjI1WhgPMjEyNjEwMjkx
NjI2MjVaMBMxETAPBgNVBAMMCGFwaS50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEjdhSgg95iOc/cLTVKk4W+qX8SUb256unW2bFV5X6fVKXRogxAhQYLyQ+
cLG+aFqPQayfgg+oxkxOGJtndbL1paNuMGwwHQYDVR0OBBYEFGHgPIWPzRg33GNc
qKz1oSfjgtR1MB8GA1UdIwQYMBaAFGHgPIWPzRg33GNcqKz1oSfjgtR1MA8GA1Ud
EwEB/wQFMAMBAf8wGQYDVR0RBBIwEIIIYXBpLnRlc3SHBH8AAAEwCgYIKoZIzj0E
AwIDSQAwRgIhAINqmA3ODBQEEAYR7b//cSR81C/tMb8x4OgcAJMtfwf0AiEAmuUW
4ylrgOoG610oa8CdRhrLuJLbS9Cd+QPE3+0dVXU=
-----END CERTIFICATE-----
`,
};
