import type { Person } from "@coldkeep/core/people/principal.ts";
import { html } from "ghtml";
import type { SigningAnew } from "../oidc/signing.ts";
import { errorSummary, formButtons, type FormErrors, hiddenField } from "../pages/forms.ts";
import { hashDigitsShown } from "../pages/signature-block.ts";
import { siteTime } from "../pages/site-time.ts";
import { signingFields } from "../signatures/signing-fields.ts";
import type { DrillRecord } from "./drill-record.ts";
import { measuredWords, minutesWords, standingOf, traceWords, whyOf } from "./drill-words.ts";

/** What the page of a drill's review shows. */
export interface DrillReviewView {
  readonly timeZone: string;
  readonly record: DrillRecord;
  readonly hash: string;
  readonly appliance: string;
  readonly person: Person;
  readonly anew: SigningAnew | null;
  readonly needsCode: boolean;
  readonly reason: string;
  readonly errors: FormErrors;
}

/** The page on which a quality officer signs that the record of a drill was reviewed. */
export function drillReviewBody(view: DrillReviewView): string {
  const { record, timeZone, hash, errors, person } = view;
  const { plan, state } = record;
  const time = siteTime(timeZone);
  const { raisedAt, answeredAt, answeredBy } = state;
  const answered =
    raisedAt === null || answeredAt === null
      ? "nobody answered"
      : `answered by ${answeredBy ?? "?"} after ${measuredWords(answeredAt - raisedAt)}`;
  const why = whyOf(state);
  return html`!${errorSummary(errors, { title: "Nothing was signed" })}
    <header class="head">
      <p class="crumb"><a href="/drills">Drills</a> / <a href="/drills/${plan.id}">${plan.id}</a> / Review</p>
      <h1>Review of a drill</h1>
      <p class="lead">
        ${view.appliance}, ${time.minute(state.startedAt ?? plan.startAt)}:
        ${traceWords(plan.trace, timeZone)}.
        <b>${standingOf(state)}</b>${why === null ? "" : ` (${why})`}: ${answered}; the goal was
        ${minutesWords(plan.goalMs)}.
      </p>
    </header>
    <section class="form-page" aria-labelledby="sign-title">
      <h2 id="sign-title">Sign as reviewed</h2>
      <p class="note">
        Your signature covers the plan, what happened, whom it called and what was measured, with the hash
        <code>${hash.slice(0, hashDigitsShown)}</code>. What you found and what is to change belongs into your
        reason.
      </p>
      <form class="form" method="post" action="/drills/${plan.id}/review">
        !${hiddenField("hash", hash)} !${signingFields(person, errors, view)}
        !${formButtons({ submit: "Sign as reviewed", back: { href: `/drills/${plan.id}`, text: "Back without signing" } })}
      </form>
    </section>`;
}
