import type { DurationMs, EpochMs } from "@coldkeep/core/time/millis.ts";
import { isAllowed } from "@coldkeep/core/people/roles.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { personOf, principalOf } from "../access/guard.ts";
import { limited } from "../access/rate.ts";
import { isException } from "../audit/audit-words.ts";
import { fieldOf } from "../pages/form-body.ts";
import { type FormErrors, noErrors } from "../pages/forms.ts";
import { signingAnew } from "../oidc/signing.ts";
import { refusalErrors } from "../signatures/refusal-errors.ts";
import { needsCode, proofOf } from "../signatures/signing-fields.ts";
import { reviewBody, reviewsBody, type ShownReview } from "./review-page.ts";
import type { TrailPages } from "./trail-plugin.ts";
import {
  actOf,
  pendingStretch,
  reviewStanding,
  signReview,
  type TrailReview,
  trailReviews,
} from "./trail-reviews.ts";
import { checkStretch, type StretchCheck } from "./trail-stretch.ts";

/** Reviews on one page. */
const pageReviews = 6;

/** Most entries that a review shows one by one; the rest stands behind a link. */
const exceptionsShown = 200;

/** How long a look at a stretch counts, in ms: hashing a month anew takes a second. */
const checkKeptMs: DurationMs = 600_000;

/** Most looks that are kept. */
const checksKept = 200;

interface KeptCheck {
  readonly check: StretchCheck;
  readonly checkedAt: EpochMs;
}

/** `/trail/reviews` and `/trail/reviews/new`: the reviews that were signed, hashed anew, and the next one. */
export function reviewRoutes(app: FastifyInstance, parts: TrailPages): void {
  const kept = new Map<number, KeptCheck>();
  app.get("/trail/reviews", { config: access("trail.read") }, (request, reply) =>
    showReviews(parts, kept, request, reply),
  );
  app.get("/trail/reviews/new", { config: access("trail.review") }, (request, reply) =>
    showReview(parts, request, reply, noErrors),
  );
  app.post(
    "/trail/reviews/new",
    { config: { ...access("trail.review"), ...limited("signing") } },
    async (request, reply) => {
      const { services } = parts;
      try {
        const shown = {
          fromSeq: Number(fieldOf(request, "from")),
          toSeq: Number(fieldOf(request, "to")),
          toHash: fieldOf(request, "hash"),
        };
        const proof = await proofOf(services, personOf(request), request, actOf(shown));
        signReview(services, proof, { ...shown, reason: fieldOf(request, "reason") });
      } catch (error) {
        return showReview(parts, request, reply, refusalErrors(error));
      }
      return reply.header("cache-control", "no-store").redirect("/trail/reviews", 303);
    },
  );
}

async function showReviews(
  { services, answers, reviewEveryMs }: TrailPages,
  kept: Map<number, KeptCheck>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const here = answers.here();
  const { timeZone } = here.site;
  const given = Number((request.query as { readonly before?: unknown }).before ?? Number.NaN);
  const found = trailReviews(services, pageReviews + 1, Number.isSafeInteger(given) ? given : null);
  const reviews: ShownReview[] = [];
  for (const review of found.slice(0, pageReviews))
    reviews.push({ ...review, ...(await checked(services.database, kept, review, here.at)) });
  const viewer = principalOf(request);
  const body = reviewsBody({
    timeZone,
    standing: reviewStanding(services.database, reviewEveryMs, here.at),
    reviews,
    before: found.length > pageReviews ? (reviews.at(-1)?.number ?? null) : null,
    mayReview: viewer.kind === "person" && isAllowed(viewer.role, "trail.review"),
  });
  return answers.send(reply, {
    ...here,
    title: "Reviews of the audit trail",
    section: "trail",
    path: null,
    body,
  });
}

/** A look at a review's stretch: the one of a moment ago where it found nothing wrong. */
async function checked(
  database: TrailPages["services"]["database"],
  kept: Map<number, KeptCheck>,
  review: TrailReview,
  now: EpochMs,
): Promise<KeptCheck> {
  const known = kept.get(review.number);
  if (known?.check.isSame === true && now >= known.checkedAt && now - known.checkedAt < checkKeptMs)
    return known;
  const fresh = { check: await checkStretch(database, review), checkedAt: now };
  kept.delete(review.number);
  kept.set(review.number, fresh);
  const oldest = kept.keys().next().value;
  if (kept.size > checksKept && oldest !== undefined) kept.delete(oldest);
  return fresh;
}

function showReview(
  { services, answers, reads }: TrailPages,
  request: FastifyRequest,
  reply: FastifyReply,
  errors: FormErrors,
): FastifyReply {
  const person = personOf(request);
  const here = answers.here();
  const asked = (request.query as { readonly to?: unknown }).to;
  const given = fieldOf(request, "to") || (typeof asked === "string" ? asked : "");
  const stretch = pendingStretch(services.database, given === "" ? null : Number(given));
  if (stretch === null) return answers.missing(reply, "Nothing came since the last review.");
  const { entries } = reads.search({ exceptions: true }, stretch.toSeq + 1, exceptionsShown);
  const body = reviewBody({
    timeZone: here.site.timeZone,
    stretch,
    exceptions: entries.filter(({ seq }) => seq >= stretch.fromSeq),
    exceptionsInAll: Object.entries(stretch.counts)
      .filter(([action]) => isException(action))
      .reduce((sum, [, count]) => sum + count, 0),
    person,
    anew: signingAnew(services, request, person, {
      to: `/trail/reviews/new?to=${stretch.toSeq}`,
      act: actOf(stretch),
    }),
    needsCode: needsCode(services.people, person),
    reason: fieldOf(request, "reason"),
    errors,
  });
  const status = errors === noErrors ? 200 : 422;
  return answers.send(
    reply,
    { ...here, title: "Review of the audit trail", section: "trail", path: null, body },
    status,
  );
}
