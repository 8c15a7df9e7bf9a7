import { isAllowed } from "@coldkeep/core/people/roles.ts";
import { siteBytesMax } from "@coldkeep/core/contract/site.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { siteFile } from "@coldkeep/core/site/site-text.ts";
import { html } from "ghtml";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { stringify } from "yaml";
import { access } from "../access/access.ts";
import { personOf, principalOf } from "../access/guard.ts";
import { acceptForms, fieldOf } from "../pages/form-body.ts";
import { errorSummary, type FormErrors, formButtons, noErrors, textField } from "../pages/forms.ts";
import { parseSite } from "../site/read-site-file.ts";
import { editRoutes, reasonOf } from "./edit-routes.ts";
import { historyBody, historyOf } from "./history-page.ts";
import { FormMistakes } from "./master-form.ts";
import { type MasterDataParts, personActor } from "./parts.ts";
import { proposalRoutes } from "./proposal-routes.ts";
import { sitePageBody } from "./site-page.ts";

/** Most proposals that are counted as waiting on the overview. */
const waitingMax = 200;

/** The pages of master data: the overview, the forms that propose changes, the proposals and what is decided about them. */
export async function masterDataPages(app: FastifyInstance, parts: MasterDataParts): Promise<void> {
  const { services, answers } = parts;
  const { proposals } = services;
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  app.setErrorHandler(answers.thrown);
  // A form carries a whole site file at most, three bytes for each that is written as %XX.
  acceptForms(app, 3 * siteBytesMax);

  const inForce = (): Site => {
    const book = services.site();
    if (book === null) throw new CodedError("site.missing", "No site is in force yet.");
    return book.site;
  };

  app.get("/site", { config: access("records.read") }, (request, reply) => {
    const book = services.site();
    if (book === null)
      return answers.failed(reply, 503, "No site yet", "Apply a site file first: coldkeep apply site.yaml.");
    const principal = principalOf(request);
    const by = principal.kind === "person" ? personActor(principal) : null;
    const here = answers.here();
    const body = sitePageBody({
      site: book.site,
      at: here.at,
      canDraft: by !== null && isAllowed(by.role, "site.draft"),
      own: by === null ? null : proposals.openBy(by.actor),
      waiting: proposals.list(waitingMax).filter(({ state }) => state === "draft").length,
    });
    return answers.send(reply, { ...here, title: "Site", section: "site", path: null, body });
  });

  app.get("/site/site.yaml", { config: access("records.read") }, (_request, reply) => {
    const site = inForce();
    return reply
      .header("cache-control", "no-store")
      .header("content-disposition", `attachment; filename="${site.site}.yaml"`)
      .type("application/yaml; charset=utf-8")
      .send(stringify(siteFile(site), { lineWidth: 160 }));
  });

  app.get<{ Params: { what: string; id: string } }>(
    "/site/history/:what/:id",
    { config: access("records.read") },
    (request, reply) => {
      const { what, id } = request.params;
      if (what !== "profile" && what !== "probe") return answers.missing(reply, "There is no such history.");
      const entries = historyOf(services.database, what, id);
      if (entries.length === 0) return answers.missing(reply, `There was never such a ${what}.`);
      const here = answers.here();
      const body = historyBody(what, id, entries, here.site.timeZone);
      return answers.send(reply, { ...here, title: `History of ${id}`, section: "site", path: null, body });
    },
  );

  uploadRoutes(app, parts);
  editRoutes(app, parts);
  proposalRoutes(app, parts);
}

/** Serves the form that takes a whole site file. */
function uploadRoutes(app: FastifyInstance, { services, answers }: MasterDataParts): void {
  const show = (reply: FastifyReply, text: string, reason: string, errors: FormErrors): FastifyReply => {
    const body = html`<div class="form-page wide-form">
      !${errorSummary(errors)}
      <p class="crumb"><a href="/site">Site</a></p>
      <h1>Upload a site file</h1>
      <p class="lead">
        Where it touches limits it becomes a proposal, in the place of one that you have open; else it applies
        at once.
      </p>
      <form class="form" method="post" action="/site/upload" novalidate>
        !${textField({ name: "file", label: "Site file, YAML or JSON", hint: "Open it in an editor and copy all of it here.", value: text, required: true, rows: 16 }, errors)}
        !${textField({ name: "reason", label: "Reason", value: reason, required: true, rows: 2 }, errors)}
        !${formButtons({ submit: "Take the site file", back: { href: "/site", text: "Leave it as it is" } })}
      </form>
    </div>`;
    const isWrong = Object.keys(errors).length > 0;
    return answers.send(
      reply,
      { ...answers.here(), title: "Upload a site file", section: "site", path: null, body },
      isWrong ? 422 : 200,
    );
  };
  app.get("/site/upload", { config: access("site.draft") }, (_request, reply) =>
    show(reply, "", "", noErrors),
  );
  app.post("/site/upload", { config: access("site.draft") }, (request: FastifyRequest, reply) => {
    const text = fieldOf(request, "file");
    const reason = fieldOf(request, "reason");
    try {
      const why = reasonOf({ reason });
      const site = parseSite(text, "The site file");
      const { proposal } = services.proposals.take(personActor(personOf(request)), () => site, why);
      return reply.redirect(
        proposal === null ? "/site" : `/site/proposals/${encodeURIComponent(proposal)}`,
        303,
      );
    } catch (error) {
      if (error instanceof FormMistakes) return show(reply, text, reason, error.errors);
      if (error instanceof CodedError)
        return show(reply, text, reason, { [error.code === "site.invalid" ? "file" : ""]: error.message });
      throw error;
    }
  });
}
