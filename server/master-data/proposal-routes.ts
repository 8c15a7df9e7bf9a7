import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { isAllowed } from "@coldkeep/core/people/roles.ts";
import { mergeSite } from "@coldkeep/core/site/merge-site.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { personOf, principalOf } from "../access/guard.ts";
import { givenFor, signingAnew } from "../oidc/signing.ts";
import { changedPolicies } from "../duty-pages/policy-preview.ts";
import { limited } from "../access/rate.ts";
import { fieldOf } from "../pages/form-body.ts";
import type { FormErrors } from "../pages/forms.ts";
import { siteTime } from "../pages/site-time.ts";
import { stands } from "../signatures/signatures.ts";
import { noSite } from "../site/no-site.ts";
import { changeLines } from "./change-words.ts";
import { reasonOf } from "./edit-routes.ts";
import { FormMistakes } from "./master-form.ts";
import { type MasterDataParts, personActor } from "./parts.ts";
import { proposalBody, proposalsBody } from "./proposal-pages.ts";

/** Most proposals that the list shows. */
const listMax = 200;

interface ProposalPlace {
  readonly Params: { readonly id: string };
}

/** Serves the proposals: their list, the page of each, and what is decided there. */
export function proposalRoutes(app: FastifyInstance, parts: MasterDataParts): void {
  const { services, answers } = parts;
  const { proposals } = services;
  const pathOf = (id: string): string => `/site/proposals/${encodeURIComponent(id)}`;

  app.get("/site/proposals", { config: access("records.read") }, (_request, reply) => {
    const here = answers.here();
    const body = proposalsBody(proposals.list(listMax), here.site.timeZone);
    return answers.send(reply, { ...here, title: "Proposals", section: "site", path: null, body });
  });

  app.get<ProposalPlace>("/site/proposals/:id", { config: access("records.read") }, (request, reply) =>
    showProposal(parts, request, reply, null),
  );

  /** Does what a form asks; what is refused stands beside its fields. */
  const act =
    (form: string, does: (request: FastifyRequest<ProposalPlace>, reason: string) => void | Promise<void>) =>
    async (request: FastifyRequest<ProposalPlace>, reply: FastifyReply): Promise<FastifyReply> => {
      const reason = fieldOf(request, "reason");
      try {
        await does(request, form === "backtest" ? "" : reasonOf({ reason }));
        return reply.redirect(pathOf(request.params.id), 303);
      } catch (error) {
        const errors = error instanceof FormMistakes ? error.errors : refusalOf(error);
        if (errors === null) throw error;
        return showProposal(parts, request, reply, { form, errors, reason });
      }
    };

  app.post<ProposalPlace>(
    "/site/proposals/:id/backtest",
    { config: access("site.draft") },
    act("backtest", (request) => {
      const by = personActor(personOf(request));
      const { id } = request.params;
      // It may take minutes; the page says how far it is. What is refused at once is told at once.
      const run = proposals.backtest(by, id, Number(fieldOf(request, "days")));
      if (proposals.progress(id) === null) return run;
      run.catch((error: unknown) => request.log.error({ err: error }, `the back-test of ${id} broke off`));
      return undefined;
    }),
  );
  app.post<ProposalPlace>(
    "/site/proposals/:id/withdraw",
    { config: access("site.draft") },
    act("withdraw", (request, reason) =>
      proposals.withdraw(personActor(personOf(request)), request.params.id, reason),
    ),
  );
  app.post<ProposalPlace>(
    "/site/proposals/:id/reject",
    { config: access("site.approve") },
    act("reject", (request, reason) =>
      proposals.reject(personActor(personOf(request)), request.params.id, reason),
    ),
  );
  app.post<ProposalPlace>(
    "/site/proposals/:id/approve",
    { config: { ...access("site.approve"), ...limited("signing") } },
    act("approve", async (request, reason) => {
      const person = personOf(request);
      const given = givenFor(services, person, request, fieldOf(request, "hash"));
      const proof = await services.people.reauthenticate(person, given);
      const by = personActor({ ...person, login: proof.login, name: proof.name, role: proof.role });
      proposals.approve(
        by,
        proof.method,
        request.params.id,
        fieldOf(request, "hash"),
        reason,
        (commit, what) => services.signatures.sign(commit, proof, what),
      );
    }),
  );
}

/** What a refusal says in a form; null for what is no refusal. */
function refusalOf(error: unknown): FormErrors | null {
  if (!(error instanceof CodedError) || error.code === "sign.session-ended") return null;
  if (error.code === "sign.refused") return { password: error.message };
  if (error.code === "proposal.days") return { days: error.message };
  return /^(proposal|sign|auth)\./.test(error.code) && error.code !== "proposal.unknown"
    ? { "": error.message }
    : null;
}

type Mistakes = Parameters<typeof proposalBody>[0]["mistakes"];

function showProposal(
  { services, answers, channels }: MasterDataParts,
  request: FastifyRequest<ProposalPlace>,
  reply: FastifyReply,
  mistakes: Mistakes,
): FastifyReply {
  const { proposals, clock } = services;
  const { id } = request.params;
  const proposal = proposals.find(id);
  if (proposal === null) return answers.missing(reply, "There is no such proposal.");
  const principal = principalOf(request);
  const by = principal.kind === "person" ? personActor(principal) : null;
  const isOpen = proposal.state === "draft";
  const change = isOpen ? proposals.change(id) : null;
  const current = (services.site() ?? noSite).site;
  const now = clock.epochMs();
  const { timeZone } = current;
  const done = proposals.done(id);
  const time = siteTime(timeZone);
  const lines =
    done !== null
      ? changeLines(done.before, done.after, { time, approval: proposal.end?.at ?? now })
      : change === null || change.site === null
        ? []
        : changeLines(current, mergeSite(current, change.site, now), { time, approval: now });
  const isQuality = by !== null && isAllowed(by.role, "site.approve");
  const hadHand = proposal.versions.some(({ actor }) => actor === by?.actor);
  const isUntested = change?.needsBacktest === true && change.backtest === null;
  const body = proposalBody({
    proposal,
    change,
    lines,
    preview:
      change === null || change.site === null ? "" : changedPolicies(current, change.site, channels(), now),
    signatures: services.signatures.of("proposal", id).map((signature) => ({
      ...signature,
      stands: done?.signed !== undefined && done.signed !== null && stands(signature, done.signed),
    })),
    backtest: done?.backtest ?? change?.backtest ?? null,
    timeZone,
    progress: proposals.progress(id),
    failure: proposals.failure(id),
    may: {
      withdraw: isOpen && proposal.versions[0]?.actor === by?.actor,
      approve: isOpen && isQuality && !hadHand,
      reject: isOpen && isQuality,
      test: isOpen && by !== null && isAllowed(by.role, "site.draft"),
    },
    anew:
      principal.kind === "person" && change !== null
        ? signingAnew(services, request, principal, {
            to: `/site/proposals/${encodeURIComponent(id)}`,
            act: change.hash,
          })
        : null,
    notApproving: !isOpen
      ? null
      : hadHand
        ? "You had a hand in this proposal: a quality officer who had none approves it."
        : isQuality && isUntested
          ? "Run the back-test first: it is approved with its result in view."
          : isQuality
            ? null
            : "A quality officer who had no hand in it approves it.",
    mistakes,
  });
  return answers.send(
    reply,
    { ...answers.here(), title: `Proposal ${id}`, section: "site", path: null, body },
    mistakes === null ? 200 : 422,
  );
}
