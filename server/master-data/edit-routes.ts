import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import { html } from "ghtml";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { personOf } from "../access/guard.ts";
import { formOf } from "../pages/form-body.ts";
import { type FormErrors, noErrors } from "../pages/forms.ts";
import { reasonCharactersMax } from "../proposals/proposal.ts";
import { applianceForm, channelForm, newApplianceForm, probeForm, removeForm } from "./appliance-forms.ts";
import { calibrationForm } from "./calibration-form.ts";
import { type DraftFile, draftFile, type Values } from "./draft-file.ts";
import { editBy, FormMistakes, type MasterForm, masterFormBody } from "./master-form.ts";
import { personActor, type MasterDataParts } from "./parts.ts";
import { profileForm } from "./profile-form.ts";
import { contactsForm, factsForm } from "./small-forms.ts";

interface FormPlace {
  readonly Params: { readonly what: string; readonly id?: string };
}

/** Serves the forms that change one thing each. What they change and touches limits becomes, or is added to, the person's own proposal. */
export function editRoutes(app: FastifyInstance, { services, answers }: MasterDataParts): void {
  const { proposals } = services;

  const open = (request: FastifyRequest<FormPlace>) => {
    const inForce = services.site()?.site;
    if (inForce === undefined) throw new CodedError("site.missing", "No site is in force yet.");
    const { actor } = personActor(personOf(request));
    const start = proposals.startOf(actor);
    const { what, id } = request.params;
    return {
      form: formFor(what, id, draftFile(start), draftFile(inForce), start.timeZone),
      inForce,
      own: proposals.openBy(actor),
    };
  };

  const show = (
    request: FastifyRequest<FormPlace>,
    reply: FastifyReply,
    given: Values | null,
    errors: FormErrors,
  ): FastifyReply => {
    const { form, own } = open(request);
    if (form === null) return answers.missing(reply, "There is nothing like this to change at the site.");
    const note =
      own === null
        ? ""
        : html`<p class="ask-note">
            You have an open proposal, <a href="/site/proposals/${own}">${own}</a>: the fields say what it
            says, and what touches limits is added to it.
          </p>`;
    const body = masterFormBody(form, request.url, given ?? form.values, errors, note);
    return answers.send(
      reply,
      { ...answers.here(), title: form.title, section: "site", path: null, body },
      given === null ? 200 : 422,
    );
  };

  const take = (request: FastifyRequest<FormPlace>, reply: FastifyReply): FastifyReply => {
    const { form, inForce } = open(request);
    if (form === null) return answers.missing(reply, "There is nothing like this to change at the site.");
    const values = Object.fromEntries([...formOf(request)].map(([name, value]) => [name, value.trim()]));
    const by = personActor(personOf(request));
    try {
      const reason = reasonOf(values);
      const { proposal } = proposals.take(by, editBy(form, values, inForce), reason);
      return reply.redirect(
        proposal === null ? "/site" : `/site/proposals/${encodeURIComponent(proposal)}`,
        303,
      );
    } catch (error) {
      if (error instanceof FormMistakes) {
        const sure =
          Object.hasOwn(form.values, "sure") && error.errors["offset"] !== undefined ? { sure: "ask" } : {};
        return show(request, reply, { ...values, ...sure }, error.errors);
      }
      if (error instanceof CodedError) return show(request, reply, values, { "": error.message });
      throw error;
    }
  };

  for (const url of ["/site/edit/:what", "/site/edit/:what/:id"]) {
    app.get<FormPlace>(url, { config: access("site.draft") }, (request, reply) =>
      show(request, reply, null, noErrors),
    );
    app.post<FormPlace>(url, { config: access("site.draft") }, (request, reply) => take(request, reply));
  }
}

/** The reason that a form gives. Throws `FormMistakes`. */
export function reasonOf(values: Values): string {
  const reason = values["reason"] ?? "";
  if (reason === "") throw new FormMistakes({ reason: "Say why." });
  if (reason.length > reasonCharactersMax)
    throw new FormMistakes({ reason: `At most ${reasonCharactersMax} characters.` });
  return reason;
}

function formFor(
  what: string,
  id: string | undefined,
  file: DraftFile,
  inForce: DraftFile,
  timeZone: Site["timeZone"],
): MasterForm | null {
  if (id === undefined) {
    switch (what) {
      case "facts":
        return factsForm(file);
      case "contacts":
        return contactsForm(file);
      case "new-appliance":
        return newApplianceForm(file);
      case "new-profile":
        return profileForm(file, inForce, undefined, timeZone);
      case "new-channel":
        return channelForm(file, undefined, timeZone);
      default:
        return null;
    }
  }
  switch (what) {
    case "appliance":
      return applianceForm(file, id);
    case "remove-appliance":
      return removeForm(file, "appliance", id);
    case "new-probe":
      return probeForm(file, id, true);
    case "probe":
      return probeForm(file, id, false);
    case "remove-probe":
      return removeForm(file, "probe", id);
    case "calibration":
      return calibrationForm(file, id, timeZone);
    case "channel":
      return channelForm(file, id, timeZone);
    case "profile":
      return profileForm(file, inForce, id, timeZone);
    default:
      return null;
  }
}
