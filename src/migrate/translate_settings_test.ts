import assert from "node:assert/strict";
import { test } from "node:test";
import { type Files, migration } from "../../test/support/old_configuration.ts";

/** Files, and the keys that they come to. */
const settings: readonly (readonly [files: Files, keys: { readonly [key: string]: unknown }])[] = [
  [{ me: "mx.example.org\nother" }, { hostname: "mx.example.org" }],
  [{ databytes: "20000000" }, { "limits.message_size": "20MB" }],
  [{ databytes: "12345678901" }, { "limits.message_size": "12345679KB" }],
  [{ size_threshold: "10000" }, { "spool.memory_threshold": "10KB" }],
  [{ timeout: "1200" }, { "timeouts.command": "20m", "timeouts.data": "20m" }],
  [{ timeout: "1200", timeoutsmtpd: "90" }, { "timeouts.command": "90s", "timeouts.data": "90s" }],
  [{ loglevel: "7" }, { "log.level": "debug" }],
  [{ loglevel: "7", logging: "logging/file loglevel LOGWARN /var/log/x" }, {
    "log.level": "warn",
    "log.target": [{ kind: "file", path: "/var/log/x" }],
  }],
  [{ logging: "logging/adaptive accept 4 reject 6" }, {
    "log.adaptive.accepted": "warn",
    "log.adaptive.refused": "info",
  }],
  [{ logging: "logging/adaptive accept 6 reject 4" }, {
    "log.adaptive.accepted": "info",
    "log.adaptive.refused": "info",
  }],
  [{ logging: "logging/file /var/log/x\nlogging/syslog facility LOG_LOCAL0 ident mx" }, {
    "log.target": [
      { kind: "file", path: "/var/log/x" },
      { kind: "syslog", address: "udp:127.0.0.1:514", facility: "local0", tag: "mx" },
    ],
  }],
  [{ logging: "logging/file /var/log/%Y" }, { "log.target": [{ kind: "file" }] }],
  [{ logging: "logging/file |/bin/cat" }, {}],
  [{ "me-auth-results": "mx.example.org" }, { "authentication_results.id": "mx.example.org" }],
  [{ "me-auth-results": "none" }, { "authentication_results.add": false }],
  [{ tls_before_auth: "1" }, { "auth.without_tls": false }],
  [{ tls_before_auth: "0" }, {}],
  [{ plugins: "queue/smtp-forward 192.0.2.1 26" }, {
    "delivery.backend": "smtp",
    "delivery.smtp.host": "192.0.2.1",
    "delivery.smtp.port": 26,
  }],
  [{ plugins: "queue/maildir /srv/mail %d/%l 0700" }, {
    "delivery.backend": "maildir",
    "delivery.maildir.path": "/srv/mail/%d/%l",
  }],
  [{ plugins: "queue/qmail-queue\nqueue/maildir /srv/mail" }, {
    "delivery.backend": "smtp",
    "delivery.smtp.host": "127.0.0.1",
    "delivery.smtp.port": 10025,
  }],
  [{ plugins: "naughty reject data" }, { "policy.late": "data" }],
  [{ plugins: "naughty reject connect" }, { "policy.late": "mail" }],
  [{ plugins: "tls a.pem a.key" }, { "tls.certificates": [{ certificate: "a.pem", key: "a.key" }] }],
  [{ plugins: "tls" }, {}],
  [{ plugins: "earlytalker wait 2" }, { "timeouts.greeting_delay": "2s" }],
  [{ plugins: "earlytalker wait 3 check-at DATA" }, { "timeouts.data_delay": "3s" }],
  [{ plugins: "karma reject 1" }, { "policy.thresholds.data": -5, "policy.thresholds.data_post": -5 }],
  [{ plugins: "karma" }, {}],
  [{ plugins: "auth/auth_flat_file" }, { "auth.mechanisms": ["CRAM-MD5", "PLAIN", "LOGIN"] }],
];

test("settings of the server, in files and in plugins, are keys of the configuration", () => {
  for (const [files, keys] of settings) {
    const entries = migration(files).entries.map(({ key, value }): [string, unknown] => [key, value]);
    assert.deepEqual(Object.fromEntries(entries), keys, JSON.stringify(files));
  }
});
