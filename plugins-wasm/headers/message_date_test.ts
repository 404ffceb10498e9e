// Date fields, in the forms of RFC 5322 §3.3 and §4.3.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMessageDate } from "./message_date.ts";

const rows: readonly (readonly [text: string, iso: string | undefined])[] = [
  ["Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06Z"],
  ["Tue, 1 Jul 2003 10:52:37 +0200", "2003-07-01T08:52:37Z"],
  ["01 Jul 2003 10:52 +0530", "2003-07-01T05:22:00Z"],
  ["Thu,\t13 Feb 1969 23:32 -0330 (Newfoundland Time)", "1969-02-14T03:02:00Z"],
  ["Thu (a (nested \\) one) here), 13 (day) Feb 1969 23:32:00 +0000", "1969-02-13T23:32:00Z"],
  ["21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z"],
  ["21 Nov 49 09:55:06 UT", "2049-11-21T09:55:06Z"],
  ["21 Nov 103 09:55:06 EST", "2003-11-21T14:55:06Z"],
  ["Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T15:55:06Z"],
  ["Fri, 21(a)Nov(b)1997(c)09:55:06(d)-0600", "1997-11-21T15:55:06Z"],
  ["fri, 21 nov 1997 09:55:06 pdt", "1997-11-21T16:55:06Z"],
  ["21 Nov 1997 09:55:06 Z", "1997-11-21T09:55:06Z"],
  ["21 Nov 1997 09:55:06 A", "1997-11-21T09:55:06Z"],
  ["21 Nov 1997 09:55:06 CEST", "1997-11-21T09:55:06Z"],
  ["31 Dec 2016 23:59:60 +0000", "2017-01-01T00:00:00Z"],
  ["29 Feb 2024 00:00:00 -0000", "2024-02-29T00:00:00Z"],
  ["29 Feb 2023 00:00:00 -0000", undefined],
  ["01 Foo 2023 00:00:00 -0000", undefined],
  ["0 Jan 2023 00:00:00 -0000", undefined],
  ["1 Jan 2023 24:00:00 -0000", undefined],
  ["1 Jan 2023 00:60:00 -0000", undefined],
  ["1 Jan 2023 00:00:61 -0000", undefined],
  ["1 Jan 2023 00:00:00 +0060", undefined],
  ["1 Jan 2023 00:00:00", undefined],
  ["1 Jan 2023 00:00:00 +0000 (open", "2023-01-01T00:00:00Z"],
  ["2023-01-01T00:00:00Z", undefined],
  ["", undefined],
  [`1 Jan 2023 00:00:00 ${" ".repeat(200)}+0000`, undefined],
];

test("a date-time is read, and what is none is undefined", () => {
  for (const [text, iso] of rows) {
    assert.equal(parseMessageDate(text), iso === undefined ? undefined : Date.parse(iso), text);
  }
});
