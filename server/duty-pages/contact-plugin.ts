import { media } from "@coldkeep/core/duty/media.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Principal } from "@coldkeep/core/people/principal.ts";
import { isAllowed } from "@coldkeep/core/people/roles.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { personOf, principalOf } from "../access/guard.ts";
import { personActor } from "../master-data/parts.ts";
import { acceptForms, fieldOf } from "../pages/form-body.ts";
import { type FormErrors, hasErrors, noErrors } from "../pages/forms.ts";
import { contactPageBody, testsOf } from "./contact-page.ts";
import type { DutyPages } from "./duty-plugin.ts";
import { sendTest, testOrder } from "./test-message.ts";

interface ContactPlace {
  readonly Params: { readonly contact: string };
}

/** `/on-duty/contacts/:contact`: how somebody is reached; a test by each way, and what becomes of it. */
export async function contactPlugin(
  app: FastifyInstance,
  { services, answers, channels }: DutyPages,
): Promise<void> {
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  app.setErrorHandler(answers.thrown);
  acceptForms(app);
  const { clock, database } = services;
  const contactIn = (id: string) => services.site()?.site.contacts.find((each) => each.id === id);

  /** Whoever plans duties tests everybody's ways; whoever may answer alarms their own. */
  const mayTest = (principal: Principal, id: string): boolean => {
    if (principal.kind !== "person") return false;
    if (isAllowed(principal.role, "site.draft")) return true;
    return isAllowed(principal.role, "alarms.handle") && contactIn(id)?.login === principal.login;
  };

  const show = (
    request: FastifyRequest<ContactPlace>,
    reply: FastifyReply,
    errors: FormErrors,
  ): FastifyReply => {
    const site = services.site()?.site;
    const contact = contactIn(request.params.contact);
    if (site === undefined || contact === undefined)
      return answers.missing(reply, "There is no such contact.");
    const principal = principalOf(request);
    const here = answers.here();
    const body = contactPageBody({
      site,
      contact,
      channels: channels(),
      tests: testsOf(database, contact.id),
      at: here.at,
      may: {
        test: mayTest(principal, contact.id),
        change: principal.kind === "person" && isAllowed(principal.role, "site.draft"),
      },
      errors,
    });
    const path = hasErrors(errors) ? null : `/on-duty/contacts/${encodeURIComponent(contact.id)}`;
    const page = { ...here, title: contact.name, section: "duty" as const, path, body };
    return answers.send(reply, page, hasErrors(errors) ? 422 : 200);
  };

  app.get<ContactPlace>("/on-duty/contacts/:contact", { config: access("records.read") }, (request, reply) =>
    show(request, reply, noErrors),
  );

  app.post<ContactPlace>(
    "/on-duty/contacts/:contact/test",
    { config: access("alarms.handle") },
    (request, reply) => {
      const person = personOf(request);
      const { contact } = request.params;
      if (contactIn(contact) === undefined) return answers.missing(reply, "There is no such contact.");
      if (!mayTest(person, contact))
        throw new CodedError("auth.role", "You may only test how you are reached yourself.");
      const asked = fieldOf(request, "medium");
      const medium = media.find((each) => each === asked);
      if (medium === undefined) return show(request, reply, { "": "Say by what the test goes." });
      try {
        const by = personActor(person);
        sendTest(services, testOrder(services, channels(), { contact, medium }, by, clock.epochMs()));
      } catch (error) {
        if (error instanceof CodedError && error.code.startsWith("test-message."))
          return show(request, reply, { "": error.message });
        throw error;
      }
      return reply.redirect(`/on-duty/contacts/${encodeURIComponent(contact)}`, 303);
    },
  );
}
