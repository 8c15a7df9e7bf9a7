import { addressesOf, type Contact } from "@coldkeep/core/duty/contact-section.ts";
import { media, type Medium } from "@coldkeep/core/duty/media.ts";
import { namedIn } from "@coldkeep/core/duty/named-in.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { DeliveryState } from "@coldkeep/core/summons/delivery.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { buttonForm, errorSummary, type FormErrors } from "../pages/forms.ts";
import { instant } from "../pages/layout.ts";
import { messageEventItem } from "../pages/message-events.ts";
import { siteTime } from "../pages/site-time.ts";
import type { MessageEvent } from "../pages/views.ts";
import type { Database } from "../store/database.ts";
import { testPrefix } from "../summons/test-deliveries.ts";
import { capital, languageWords, mediumWords } from "./duty-words.ts";

/** Most tests of a person that their page shows, and most that is told of each. */
export const testsShownMax = 10;
/** Most things that became of one test. */
export const testEventsMax = 30;

/** A test that was sent to somebody. */
export interface SentTest {
  readonly id: string;
  readonly medium: Medium;
  readonly address: string;
  readonly at: EpochMs;
  readonly state: DeliveryState;
  readonly happened: readonly MessageEvent[];
}

/** The newest tests to a person, the newest first. */
export function testsOf(database: Database, contact: string): SentTest[] {
  const events = database.prepare(
    "SELECT at, event, channel, detail FROM delivery_events WHERE delivery = ? ORDER BY number LIMIT ?",
  );
  const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
  return database
    .prepare(
      `SELECT deliveries.id, medium, address, owed_at, state FROM deliveries JOIN notifications ON notifications.id = deliveries.id
       WHERE deliveries.contact = ? AND deliveries.id GLOB ? ORDER BY number DESC LIMIT ?`,
    )
    .all(contact, `${testPrefix}*`, testsShownMax)
    .map((row) => ({
      id: String(row["id"]),
      medium: String(row["medium"]) as Medium,
      address: String(row["address"]),
      at: Number(row["owed_at"]),
      state: JSON.parse(String(row["state"])) as DeliveryState,
      happened: events.all(String(row["id"]), testEventsMax).map((event) => ({
        at: Number(event["at"]),
        event: String(event["event"]) as MessageEvent["event"],
        channel: text(event["channel"]),
        detail: text(event["detail"]),
      })),
    }));
}

/** What a contact's page shows. */
export interface ContactPageView {
  readonly site: Site;
  readonly contact: Contact;
  readonly channels: readonly ChannelFact[];
  readonly tests: readonly SentTest[];
  readonly at: EpochMs;
  /** What the viewer may do. */
  readonly may: { readonly test: boolean; readonly change: boolean };
  readonly errors: FormErrors;
}

/** How a contact is reached, with a test of each way and what became of it. */
export function contactPageBody(view: ContactPageView): string {
  const { site, contact, channels, tests, at, may, errors } = view;
  const key = encodeURIComponent(contact.id);
  const places = namedIn(site, { contact: contact.id }, at);
  const wanted = addressesOf(contact);
  const ways = media.flatMap((medium) => wanted.filter((way) => way.medium === medium));
  return html`!${errorSummary(errors)}
    <header class="head">
      <p class="crumb"><a href="/on-duty">On duty</a> · <a href="/on-duty/plan">Plan</a></p>
      <h1>${contact.name}</h1>
      <p class="lead">
        ${places.length === 0 ? "Named nowhere: only what no policy fits calls them." : `Named in ${places.join(", ")}.`}
        Messages in ${languageWords[contact.language ?? site.language ?? "en"]}.
      </p>
      !${may.change ? html`<p class="actions link-row"><a href="/site/edit/contact/${key}">Change</a> <a href="/site/edit/remove-contact/${key}">Take away</a></p>` : ""}
    </header>
    <section aria-labelledby="ways-title">
      <h2 id="ways-title">How they are reached</h2>
      <ul class="plain-list">
        !${ways.map(({ medium, address }) => {
          const isServed = channels.some((channel) => channel.medium === medium);
          const place = wanted.findIndex((way) => way.medium === medium) + 1;
          return html`<li class="way">
            <span><b>${capital(mediumWords[medium])}</b> ${address}, ${ordinal(place)} choice</span>
            !${
              !isServed
                ? html`<span class="due" data-due="overdue">no channel that works</span>`
                : may.test
                  ? buttonForm({
                      action: `/on-duty/contacts/${key}/test`,
                      submit: "Send a test",
                      about: `by ${mediumWords[medium]}`,
                      hidden: { medium },
                    })
                  : ""
            }
          </li>`;
        })}
      </ul>
    </section>
    <section aria-labelledby="tests-title" aria-live="polite">
      <h2 id="tests-title">Tests</h2>
      !${
        tests.length === 0
          ? html`<p class="empty">None was sent yet.</p>`
          : html`<ul class="plain-list">
              !${tests.map((test) => testItem(test, site.timeZone))}
            </ul>`
      }
    </section>`;
}

function testItem({ medium, address, at, state, happened }: SentTest, timeZone: string): string {
  const time = siteTime(timeZone);
  const { text, is } = outcomeOf(state);
  return html`<li data-test="${is}">
    <p>
      <b>${capital(mediumWords[medium])}</b> ${address}, !${instant(at, time.full(at))}:
      <b class="outcome">${text}</b>
    </p>
    !${
      happened.length === 0
        ? ""
        : html`<ol class="message-events">
            !${happened.map((event) => messageEventItem(event, timeZone))}
          </ol>`
    }
  </li>`;
}

/** How a test stands: under way, well or badly ended. */
function outcomeOf({ outcome, phase, tries }: DeliveryState): { readonly text: string; readonly is: string } {
  switch (outcome) {
    case "delivered":
      return { text: "It arrived", is: "good" };
    case "handed-over":
      return { text: "The provider has it, and can say no more", is: "good" };
    case null:
      if (phase === "awaiting-report")
        return { text: "The provider has it; waiting for its report", is: "open" };
      return { text: tries === 0 ? "On its way" : "Not taken yet; trying again", is: "open" };
    default:
      return { text: "It did not get through", is: "bad" };
  }
}

function ordinal(place: number): string {
  return ["first", "second", "third", "fourth", "fifth", "sixth"][place - 1] ?? `${place}th`;
}
