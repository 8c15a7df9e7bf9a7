import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { html } from "ghtml";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { personOf } from "../access/guard.ts";
import { limited } from "../access/rate.ts";
import type { Services } from "../http/services.ts";
import { type SigningAnew, signingAnew } from "../oidc/signing.ts";
import { acceptForms, fieldOf } from "../pages/form-body.ts";
import { errorSummary, formButtons, type FormErrors, hiddenField, noErrors } from "../pages/forms.ts";
import { excursionFacts, summary } from "../pages/excursion-facts.ts";
import { dinText } from "../pages/held-units.ts";
import type { PageAnswers } from "../pages/page-answers.ts";
import { signatureBlock } from "../pages/signature-block.ts";
import type { ExcursionPageView, PageViews } from "../pages/views.ts";
import { count, sideWords } from "../pages/words.ts";
import { excursionRecord, signExcursion } from "./excursion-signing.ts";
import { refusalErrors } from "./refusal-errors.ts";
import { needsCode, proofOf, signingFields } from "./signing-fields.ts";
import { contentHashOf } from "./signatures.ts";

/** What the pages on which an excursion is signed need. */
export interface ExcursionSigningPages {
  readonly services: Services;
  readonly answers: PageAnswers;
  readonly view: PageViews["excursion"];
}

interface Place {
  readonly Params: { readonly id: string };
}

/** `GET` and `POST /excursions/:id/sign`: a quality officer reads what there is and signs it, signing in anew for that act. */
export async function excursionSigningPlugin(
  app: FastifyInstance,
  parts: ExcursionSigningPages,
): Promise<void> {
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  const { services, answers } = parts;
  app.setErrorHandler(answers.thrown);
  acceptForms(app);
  app.get<Place>(
    "/excursions/:id/sign",
    { exposeHeadRoute: false, config: access("units.decide") },
    (request, reply) => show(parts, request, reply, noErrors),
  );
  app.post<Place>(
    "/excursions/:id/sign",
    { config: { ...access("units.decide"), ...limited("signing") } },
    async (request, reply) => {
      const person = personOf(request);
      try {
        const contentHash = fieldOf(request, "content");
        const proof = await proofOf(services, person, request, contentHash);
        const reason = fieldOf(request, "reason");
        signExcursion(services, proof, { excursion: request.params.id, contentHash, reason });
      } catch (error) {
        if (error instanceof CodedError && error.code === "excursion.unknown") throw error;
        return show(parts, request, reply, refusalErrors(error));
      }
      const path = `/excursions/${encodeURIComponent(request.params.id)}`;
      return reply.header("cache-control", "no-store").redirect(`${path}#signatures-title`, 303);
    },
  );
}

async function show(
  { services, answers, view: read }: ExcursionSigningPages,
  request: FastifyRequest<Place>,
  reply: FastifyReply,
  errors: FormErrors,
): Promise<FastifyReply> {
  const person = personOf(request);
  const record = excursionRecord(services.database, request.params.id);
  const view = await read(request.params.id);
  if (view === null || record === null)
    return answers.missing(reply, "There is no such excursion on record.");
  const { site, at, excursion } = view;
  const title = `Review of ${sideWords[excursion.side].toLowerCase()}: ${excursion.applianceName}`;
  const contentHash = contentHashOf(record);
  const to = `/excursions/${encodeURIComponent(excursion.id)}/sign`;
  const form = {
    person,
    errors,
    contentHash,
    anew: signingAnew(services, request, person, { to, act: contentHash }),
    needsCode: needsCode(services.people, person),
    reason: fieldOf(request, "reason"),
  };
  const body = signBody(view, title, form);
  const status = errors === noErrors ? 200 : 422;
  return answers.send(reply, { site, at, title, section: "excursions", path: null, body }, status);
}

function signBody(
  view: ExcursionPageView,
  title: string,
  form: {
    readonly person: Person;
    readonly errors: FormErrors;
    readonly contentHash: string;
    readonly needsCode: boolean;
    readonly reason: string;
    readonly anew: SigningAnew | null;
  },
): string {
  const { excursion, units } = view;
  const path = `/excursions/${encodeURIComponent(excursion.id)}`;
  return html`!${errorSummary(form.errors, { title: "Nothing was signed", plain: ["content"] })}
    <header class="head">
      <p class="crumb">
        <a href="/excursions">Excursions</a> / <a href="${path}">${excursion.id}</a> / Review
      </p>
      <h1>${title}</h1>
      <p class="lead">${summary(view)}</p>
    </header>
    <section aria-labelledby="signed-title">
      <h2 id="signed-title">What you sign: revision ${excursion.revision}</h2>
      <dl class="facts">
        !${excursionFacts(view).map(
          ({ label, value, meaning }) =>
            html`<div>
              <dt>${label}</dt>
              <dd><b>${value}</b><span class="note">${meaning}</span></dd>
            </div>`,
        )}
      </dl>
      <h3>${count(units.length, "unit")} held for it</h3>
      !${
        units.length === 0
          ? html`<p class="note">No unit on record was inside during the held interval.</p>`
          : html`<ul class="dins">
              !${units.map(
                (unit) =>
                  html`<li>
                    <span class="din">${dinText(unit.din)}</span> ${unit.productCode}
                    ${unit.exposed ? "" : "(shown not exposed)"}
                  </li>`,
              )}
            </ul>`
      }
    </section>
    !${
      view.signatures.length === 0
        ? ""
        : html`<section aria-labelledby="earlier-title">
            <h2 id="earlier-title">Signatures so far</h2>
            !${signatureBlock(view.signatures, view.site.timeZone)}
          </section>`
    }
    !${
      excursion.status === "closed"
        ? html`<section class="form-page" aria-labelledby="sign-title">
            <h2 id="sign-title">Sign as reviewed</h2>
            <p class="note">
              Your signature says that you reviewed this excursion as it stands: its figures, its revision and
              the units held for it. It decides about no unit. If any of that changes later, a new signature
              is needed.
            </p>
            <form class="form" method="post" action="${path}/sign">
              !${hiddenField("content", form.contentHash)} !${signingFields(form.person, form.errors, form)}
              !${formButtons({ submit: "Sign as reviewed", back: { href: path, text: "Back without signing" } })}
            </form>
          </section>`
        : html`<p class="ask-note">Only a closed excursion is signed as reviewed.</p>`
    }`;
}
