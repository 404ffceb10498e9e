// The sections of config/qpsmtpd.toml about how much, how long and how many.

import * as v from "valibot";
import type { Limits, Overload, ProcessChoice, Timeouts } from "./limits.ts";
import { count, duration, durationOrNone, section, size, sizeOrNone, systemName } from "./schema_values.ts";

export const limits: v.GenericSchema<unknown, Limits> = section("What clients may use.", {
  message_size: size("25MB", "Largest message; offered as SIZE."),
  header_size: size("256KB", "Largest header section of a message."),
  header_fields: count(1000, 100_000, "Most fields of a header section."),
  recipients: count(1000, 100_000, "Most recipients of one transaction."),
  sessions: count(1000, 100_000, "Most sessions at the same time."),
  connections_per_address: count(50, 100_000, "Most of them from one address; an IPv6 address counts as its /64."),
  connections_per_network: count(200, 100_000, "Most of them from one network."),
  network_prefix_v4: count(24, 32, "Bits that make an IPv4 network."),
  network_prefix_v6: count(48, 64, "Bits that make an IPv6 network."),
  commands: count(100_000, 1_000_000_000, "Most commands of one session."),
  transactions: count(10_000, 1_000_000_000, "Most transactions of one session; offered as MAILMAX."),
  refusals: count(20, 100_000, "Refused commands after which a session is closed with 421."),
  slowest: size("100B", "Octets a second that mail data must reach on average, judged after timeouts.data."),
});

export const timeouts: v.GenericSchema<unknown, Timeouts> = section("How long anything may take.", {
  command: duration("5m", "Longest wait for the next command (RFC 5321 §4.5.3.2.7)."),
  data: duration("3m", "Longest wait for the next piece of mail data (RFC 5321 §4.5.3.2.5)."),
  message: duration("30m", "For all of one message's data."),
  session: duration("2h", "For a session; a transaction under way may end."),
  tls: duration("30s", "For a TLS handshake."),
  proxy: duration("5s", "For a PROXY header."),
  greeting_delay: durationOrNone("0s", "Wait before the greeting; plugins are told who talks meanwhile."),
  data_delay: durationOrNone("0s", "Wait between DATA and 354; plugins are told who talks meanwhile."),
  shutdown: duration("30s", "How long transactions may go on when the server is told to stop."),
});

export const overload: v.GenericSchema<unknown, Overload> = section("When new sessions are told 421.", {
  loop_lag: duration("500ms", "The event loop is so late."),
  heap: sizeOrNone("0B", "So much heap is in use; 0B is no bound."),
  spool_free: sizeOrNone("100MB", "Less than this is free where the spool lies; 0B is no bound."),
  open_files: count(90, 100, "Per cent of the file descriptors that the process may have are open."),
});

export const process: v.GenericSchema<unknown, ProcessChoice> = section("The processes of the server.", {
  workers: count(1, 256, "Processes that serve; with more than one another one watches over them."),
  user: v.exactOptional(v.pipe(systemName(), v.description("Whose rights are kept when the sockets are open."))),
  group: v.exactOptional(v.pipe(systemName(), v.description("The group; if absent, that of the user."))),
});
