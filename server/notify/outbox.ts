import { type ChannelFact, routesBy } from "@coldkeep/core/duty/reach.ts";
import { standardDeliverWithinMs } from "@coldkeep/core/summons/policy-section.ts";
import type { Commit } from "../journal/committer.ts";
import type { DeliveryBook } from "../summons/delivery-book.ts";

/** A mail that is owed to a person and that nobody is asked to answer, such as a report. */
export interface OwedMail {
  /** What it is about: with `call` and the contact it identifies the obligation. */
  readonly alarm: string;
  readonly call: number;
  readonly contact: string;
  readonly address: string;
  readonly subject: string;
  readonly body: string;
}

/** The transactional outbox of mails: what is owed is written with its cause, and sent by the dispatcher later. */
export interface Outbox {
  /** Owes a mail; owing the same one again changes nothing. */
  readonly owe: (commit: Commit, mail: OwedMail) => void;
}

/** Makes the outbox over the deliveries. */
export function makeOutbox(deliveries: DeliveryBook, channels: () => readonly ChannelFact[]): Outbox {
  return {
    owe: (commit, { alarm, call, contact, address, subject, body }) =>
      deliveries.owe(commit, {
        id: `${alarm}.${call}.${contact}`,
        about: alarm,
        contact,
        medium: "email",
        language: "en",
        thread: null,
        address,
        subject,
        body,
        routes: routesBy({ medium: "email", address }, channels()),
        deliverWithinMs: standardDeliverWithinMs,
        isGivenUp: false,
        summons: null,
      }),
  };
}
