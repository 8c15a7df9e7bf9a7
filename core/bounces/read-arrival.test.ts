/** What mails mean that come back: reports of mail servers as they are, sloppy ones, replies of programs and of people, and mails of others. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readDeliveryStatus, recipientsMax } from "./delivery-status.ts";
import { type Arrival, type OurIds, readArrival, reasonCharactersMax } from "./read-arrival.ts";

const ours: OurIds = {
  isOurs: (id) => /^<ours-\d+@coldkeep>$/.test(id),
  ofEnvelope: (id) => (/^ours-\d+$/.test(id) ? `<${id}@coldkeep>` : null),
};

const arrival = (given: Partial<Arrival>): Arrival => ({
  refersTo: [],
  from: "MAILER-DAEMON@relay.example.org",
  subject: "Undelivered Mail Returned to Sender",
  deliveryStatus: null,
  autoSubmitted: null,
  text: "",
  ...given,
});

const report = (
  action: string,
  more = "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 No such\n    mailbox here",
) =>
  `Reporting-MTA: dns; relay.example.org\nArrival-Date: Tue, 24 Nov 2026 12:00:00 +0100\n\nFinal-Recipient: rfc822; an@example.org\nOriginal-Recipient: rfc822;an@example.org\nAction: ${action}\n${more}\n`;

test("a report says which mail of ours failed, by what is sent back with it or by the name that it was handed over under", () => {
  const reason = "an@example.org: 550 5.1.1 No such mailbox here";
  const back = arrival({ deliveryStatus: report("failed"), refersTo: ["<ours-1@coldkeep>"] });
  expect(readArrival(back, ours)).toEqual({ kind: "failed", about: "<ours-1@coldkeep>", reason });
  const named = `Original-Envelope-Id: ours-2\n${report("Failed (mailbox)")}`.replaceAll("\n", "\r\n");
  expect(readArrival(arrival({ deliveryStatus: named, from: "somebody@example.org" }), ours)).toEqual({
    kind: "failed",
    about: "<ours-2@coldkeep>",
    reason,
  });
  const quoted = arrival({
    deliveryStatus: report("failed", ""),
    text: "Message-ID: <ours-3@coldkeep>\n550 gone",
  });
  expect(readArrival(quoted, ours)).toEqual({
    kind: "failed",
    about: "<ours-3@coldkeep>",
    reason: "an@example.org: 550 gone",
  });
});

test.each([
  ["delayed", "delayed"],
  ["delivered", "passed-on"],
  ["relayed", "passed-on"],
  ["expanded", "passed-on"],
])("a report of what is %s is no failure", (action, kind) => {
  const mail = arrival({ deliveryStatus: report(action, "Status: 4.4.1"), refersTo: ["<ours-1@coldkeep>"] });
  expect(readArrival(mail, ours)).toMatchObject({ kind, about: "<ours-1@coldkeep>" });
});

test("of several people behind one address one that has nothing is a failure", () => {
  const both = `${report("delivered", "Status: 2.0.0")}\nFinal-Recipient: rfc822;bo@example.org\nAction: failed\nStatus: 5.2.2\n`;
  expect(readArrival(arrival({ deliveryStatus: both, refersTo: ["<ours-1@coldkeep>"] }), ours)).toMatchObject(
    {
      kind: "failed",
      reason: "bo@example.org: 5.2.2 Undelivered Mail Returned to Sender",
    },
  );
});

test.each([
  [
    "of qmail",
    "Hi. This is the qmail-send program at example.org.\nI'm afraid I wasn't able to deliver your message.\n\n<an@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <ours-7@coldkeep>\n",
    "Sorry, no mailbox here by that name. (#5.1.1)",
  ],
  [
    "of an old Exim",
    "A message that you sent could not be delivered.\n\n  an@example.org\n    host mx.example.org [192.0.2.1]: 550 unknown user\n\n------ This is a copy of your message ------\n\nMessage-Id: <ours-7@coldkeep>\n",
    "host mx.example.org [192.0.2.1]: 550 unknown user",
  ],
  ["that say nothing", "Message-ID:<ours-7@coldkeep>", "Undelivered Mail Returned to Sender"],
])("returned mails without a report count, such as %s", (_, text, reason) => {
  expect(readArrival(arrival({ text }), ours)).toEqual({
    kind: "failed",
    about: "<ours-7@coldkeep>",
    reason,
  });
  const byThread = arrival({ refersTo: ["<other@x>", "<ours-7@coldkeep>"], from: "Postmaster@example.org" });
  expect(readArrival(byThread, ours)).toMatchObject({ kind: "failed", about: "<ours-7@coldkeep>" });
});

test.each([
  ["Warning: message 1abc delayed 24 hours", "Message-ID: <ours-7@coldkeep>"],
  ["Delivery Status Notification", "It has not yet been delivered.\nMessage-ID: <ours-7@coldkeep>"],
  ["Mail", "No action is required. Delivery attempts will continue.\nMessage-ID: <ours-7@coldkeep>"],
])("a notice of delay without a report is no failure: %s", (subject, text) => {
  expect(readArrival(arrival({ subject, text }), ours)).toMatchObject({ kind: "delayed" });
});

test("replies of programs and of people are no failures, and other mails are none of ours", () => {
  const reply = {
    from: "an@example.org",
    subject: "Away until\u202E\n Monday",
    refersTo: ["<ours-1@coldkeep>"],
  };
  expect(readArrival(arrival({ ...reply, autoSubmitted: "auto-replied" }), ours)).toEqual({
    kind: "away",
    about: "<ours-1@coldkeep>",
    reason: "Away until Monday",
  });
  expect(readArrival(arrival(reply), ours)).toMatchObject({ kind: "wrote-back" });
  expect(readArrival(arrival({ ...reply, autoSubmitted: "no" }), ours)).toMatchObject({ kind: "wrote-back" });
  expect(readArrival(arrival({ ...reply, refersTo: ["<x@y>"] }), ours)).toEqual({ kind: "not-ours" });
  // What a person quotes is no report.
  expect(
    readArrival(arrival({ from: "bo@example.org", text: "Message-ID: <ours-1@coldkeep>\n550 no" }), ours),
  ).toEqual({ kind: "not-ours" });
  expect(readArrival(arrival({ deliveryStatus: report("failed"), refersTo: ["<x@y>"] }), ours)).toEqual({
    kind: "not-ours",
  });
});

const word = fc.constantFrom(
  "Action",
  "failed",
  ":",
  "\n",
  "\r\n",
  " ",
  ";",
  "<ours-1@coldkeep>",
  "5.1.1",
  "Message-ID",
);
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.array(word, { maxLength: 80 }).map((words) => words.join("")),
);

test("whatever stands in a mail, it is read as something, in bounds", () => {
  fc.assert(
    fc.property(
      anyText,
      anyText,
      anyText,
      fc.array(anyText, { maxLength: 5 }),
      (status, text, subject, refersTo) => {
        const { recipients } = readDeliveryStatus(status);
        expect(recipients.length).toBeLessThanOrEqual(recipientsMax);
        for (const deliveryStatus of [status, null]) {
          const verdict = readArrival(arrival({ deliveryStatus, text, subject, refersTo }), ours);
          if (verdict.kind === "not-ours") continue;
          expect(ours.isOurs(verdict.about)).toBe(true);
          expect(verdict.reason.length).toBeLessThanOrEqual(reasonCharactersMax);
          expect(verdict.reason).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        }
      },
    ),
  );
});
