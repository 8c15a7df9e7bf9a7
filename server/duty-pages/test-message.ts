import { addressesOf } from "@coldkeep/core/duty/contact-section.ts";
import type { Language, Medium } from "@coldkeep/core/duty/media.ts";
import { type ChannelFact, routesBy } from "@coldkeep/core/duty/reach.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Route } from "@coldkeep/core/summons/delivery.ts";
import { standardDeliverWithinMs } from "@coldkeep/core/summons/policy-section.ts";
import { type DurationMs, type EpochMs, hourMs } from "@coldkeep/core/time/millis.ts";
import { writeTestMessage } from "@coldkeep/core/wording/test-message.ts";
import type { Committer } from "../journal/committer.ts";
import type { Actor } from "../proposals/proposal.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import type { DeliveryBook } from "../summons/delivery-book.ts";
import { testPrefix } from "../summons/test-deliveries.ts";
import { textFor } from "../summons/text-for.ts";
import { mediumWords } from "./duty-words.ts";

/** Most tests to one person within `testsWithinMs`: a telephone that rings and rings is not looked at any more. */
export const testsPerPersonMax = 6;

/** In which time so many tests may go to one person. Unit ms. */
export const testsWithinMs: DurationMs = hourMs;

/** A test that is to be sent, as the journal keeps it. */
export interface TestOrder {
  readonly contact: string;
  readonly medium: Medium;
  readonly address: string;
  readonly language: Language;
  readonly routes: readonly Route[];
  readonly site: string;
  readonly by: Actor;
}

/** What tests are sent with. */
export interface TestParts {
  readonly database: Database;
  readonly committer: Committer;
  readonly deliveries: DeliveryBook;
}

/**
 * Makes a test to one person by one medium, through the channels that work. Throws `test-message.no-way` where there is no address or channel, `test-message.too-many` where
 * the person had as many within the hour as there may be.
 */
export function testOrder(
  { database, site }: Pick<TestParts, "database"> & { readonly site: () => SiteBook | null },
  channels: readonly ChannelFact[],
  to: { readonly contact: string; readonly medium: Medium },
  by: Actor,
  at: EpochMs,
): TestOrder {
  const here = site()?.site;
  const contact = here?.contacts.find(({ id }) => id === to.contact);
  const way =
    contact === undefined ? undefined : addressesOf(contact).find(({ medium }) => medium === to.medium);
  const routes = way === undefined ? [] : routesBy(way, channels);
  if (here === undefined || contact === undefined || way === undefined || routes.length === 0)
    throw new CodedError(
      "test-message.no-way",
      `No test by ${mediumWords[to.medium]}: there is no address for it, or no channel that works at the moment.`,
    );
  if (testsSince(database, contact.id, at - testsWithinMs) >= testsPerPersonMax)
    throw new CodedError(
      "test-message.too-many",
      `${contact.name} had ${testsPerPersonMax} tests within the last hour. Try again later.`,
    );
  const language = contact.language ?? here.language ?? "en";
  return { contact: contact.id, ...way, language, routes, site: here.site, by };
}

/** Owes a test to its person, journaled and audited. */
export function sendTest({ committer, deliveries }: Omit<TestParts, "database">, order: TestOrder): void {
  const { contact, medium, address, language, routes, by } = order;
  const body = new TextEncoder().encode(JSON.stringify(order));
  committer.commit({ kind: "test-message", source: by.actor, encoding: "identity", body }, (commit) => {
    const id = `${testPrefix}${commit.journalSeq}`;
    const written = writeTestMessage(order.site, by.name)(language);
    deliveries.owe(commit, {
      id,
      about: id,
      contact,
      medium,
      language,
      thread: null,
      address,
      ...textFor(written, medium),
      routes,
      deliverWithinMs: standardDeliverWithinMs,
      summons: null,
    });
    commit.audit({
      actor: by.actor,
      action: "contact.tested",
      subject: contact,
      detail: { why: null, role: by.role, medium, message: id },
    });
  });
}

function testsSince(database: Database, contact: string, since: EpochMs): number {
  const row = database
    .prepare("SELECT count(*) AS n FROM notifications WHERE contact = ? AND owed_at > ? AND id GLOB ?")
    .get(contact, since, `${testPrefix}*`);
  return Number(row?.["n"]);
}
