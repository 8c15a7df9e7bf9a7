import type { Person } from "@coldkeep/core/people/principal.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import { actionText, isException } from "../audit/audit-words.ts";
import type { SigningAnew } from "../oidc/signing.ts";
import { errorSummary, formButtons, type FormErrors, hiddenField } from "../pages/forms.ts";
import { instant } from "../pages/layout.ts";
import { signatureBlock } from "../pages/signature-block.ts";
import { siteTime } from "../pages/site-time.ts";
import { count } from "../pages/words.ts";
import { signingFields } from "../signatures/signing-fields.ts";
import { entryList } from "./trail-page.ts";
import type { TrailEntry } from "./trail-reads.ts";
import type { ReviewStanding, TrailReview } from "./trail-reviews.ts";
import type { StretchCheck, TrailStretch } from "./trail-stretch.ts";

/** A review that was signed, and what looking at its stretch again found, when. */
export interface ShownReview extends TrailReview {
  readonly check: StretchCheck;
  readonly checkedAt: EpochMs;
}

/** What the page of the reviews shows. */
export interface ReviewsView {
  readonly timeZone: string;
  readonly standing: ReviewStanding;
  readonly reviews: readonly ShownReview[];
  /** The number before which earlier reviews are listed; null where there are none. */
  readonly before: number | null;
  readonly mayReview: boolean;
}

/** What the page of a review that is to be signed shows. */
export interface ReviewView {
  readonly timeZone: string;
  readonly stretch: TrailStretch;
  /** The first entries that are looked at one by one. */
  readonly exceptions: readonly TrailEntry[];
  readonly exceptionsInAll: number;
  readonly person: Person;
  readonly needsCode: boolean;
  readonly anew: SigningAnew | null;
  readonly reason: string;
  readonly errors: FormErrors;
}

/** Says how the reviews stand, where somebody has to know: overdue, or never done. */
export function reviewNote({ isOverdue, dueAt, unreviewed }: ReviewStanding, timeZone: string): string {
  if (!isOverdue || dueAt === null) return "";
  const time = siteTime(timeZone);
  return html`<p class="fault-note">
    <b>The review of the trail is overdue</b> since !${instant(dueAt, time.full(dueAt))}:
    ${count(unreviewed, "entry", "entries")} to review. <a href="/trail/reviews">Reviews</a>
  </p>`;
}

/** The main part of the page that lists the reviews. */
export function reviewsBody({ timeZone, standing, reviews, before, mayReview }: ReviewsView): string {
  const time = siteTime(timeZone);
  const { lastAt, dueAt, unreviewed } = standing;
  const due = dueAt === null ? "Nothing is to be reviewed." : `The next is due by ${time.full(dueAt)}.`;
  return html`<header class="head">
      <p class="crumb"><a href="/trail">Audit trail</a> / Reviews</p>
      <h1>Reviews of the audit trail</h1>
      <p class="lead">
        ${lastAt === null ? "None was signed yet." : `The last was signed on ${time.full(lastAt)}.`} ${due}
        ${count(unreviewed, "entry", "entries")} came since.
      </p>
      !${mayReview && unreviewed > 0 ? html`<p class="actions"><a class="button" href="/trail/reviews/new">Review until now</a></p>` : ""}
    </header>
    !${reviewNote(standing, timeZone)}
    <section aria-labelledby="reviews-title">
      <h2 id="reviews-title">Signed reviews</h2>
      !${
        reviews.length === 0
          ? html`<p class="empty">No review was signed yet.</p>`
          : html`<ol class="reviews">
              !${reviews.map((review) => reviewItem(review, timeZone))}
            </ol>`
      }
      !${before === null ? "" : html`<p class="pager"><a class="button" href="/trail/reviews?before=${before}" rel="next">Earlier</a></p>`}
    </section>`;
}

function reviewItem(review: ShownReview, timeZone: string): string {
  const time = siteTime(timeZone);
  const { fromSeq, toSeq, counts, check, checkedAt, signature } = review;
  const all = Object.values(counts).reduce((sum, each) => sum + each, 0);
  const isGood = check.isSame && signature !== null;
  const why = check.isSame ? "the signature does not cover what the review says" : check.why;
  return html`<li id="review-${review.number}">
    <h3>Entries ${fromSeq} to ${toSeq}</h3>
    <p class="note">
      ${count(all, "entry", "entries")}; the last one's hash is <code>${review.toHash.slice(0, 16)}</code>
    </p>
    !${signature === null ? "" : signatureBlock([{ ...signature, stands: check.isSame }], timeZone)}
    !${isGood ? html`<p class="note">Hashed anew at ${time.full(checkedAt)}: the entries are those that were signed.</p>` : html`<p class="fault-note"><b>Not what was signed</b>: ${why}. Run <code>coldkeep verify</code> and compare with a backup.</p>`}
  </li>`;
}

/** The main part of the page on which a stretch of the trail is reviewed and signed. */
export function reviewBody(view: ReviewView): string {
  const { stretch, exceptions, exceptionsInAll, errors, timeZone } = view;
  const { fromSeq, toSeq, toHash, counts } = stretch;
  const all = Object.entries(counts).toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return html`!${errorSummary(errors, { title: "Nothing was signed" })}
    <header class="head">
      <p class="crumb"><a href="/trail">Audit trail</a> / <a href="/trail/reviews">Reviews</a> / Review</p>
      <h1>Review of entries ${fromSeq} to ${toSeq}</h1>
      <p class="lead">
        What calls for a look comes first, one by one; then how many entries there are of each kind. Every
        kind leads to its entries.
      </p>
    </header>
    <section aria-labelledby="exceptions-title">
      <h2 id="exceptions-title">
        ${exceptionsInAll === 0 ? "Nothing" : count(exceptionsInAll, "entry", "entries")} to look at one by
        one
      </h2>
      !${exceptions.length === 0 ? html`<p class="empty">None: no limits or settings changed, nothing was released, silenced, refused or handed out.</p>` : entryList(exceptions, timeZone, view.person.role)}
      !${exceptionsInAll > exceptions.length ? html`<p class="note">The newest ${exceptions.length} are shown. <a href="/trail?exceptions=yes">All of them, in the trail</a></p>` : ""}
    </section>
    <section aria-labelledby="counts-title">
      <h2 id="counts-title">Entries of each kind</h2>
      <div class="table-frame">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col" class="number">Entries</th>
              <th scope="col">Looked at one by one</th>
            </tr>
          </thead>
          <tbody>
            !${all.map(
              ([action, many]) =>
                html`<tr>
                  <td data-label="Kind">
                    <a href="/trail?action=${encodeURIComponent(action)}">${actionText(action)}</a>
                  </td>
                  <td data-label="Entries" class="number">${many}</td>
                  <td data-label="One by one">${isException(action) ? "yes" : "–"}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>
    <section class="form-page" aria-labelledby="sign-title">
      <h2 id="sign-title">Sign as reviewed</h2>
      <p class="note">
        Your signature says that you reviewed entries ${fromSeq} to ${toSeq}, the last of which has the hash
        <code>${toHash.slice(0, 16)}</code>.
      </p>
      <form class="form" method="post" action="/trail/reviews/new">
        !${hiddenField("from", String(fromSeq))} !${hiddenField("to", String(toSeq))}
        !${hiddenField("hash", toHash)} !${signingFields(view.person, errors, view)}
        !${formButtons({ submit: "Sign as reviewed", back: { href: "/trail/reviews", text: "Back without signing" } })}
      </form>
    </section>`;
}

function rank(action: string): number {
  return isException(action) ? 0 : 1;
}
