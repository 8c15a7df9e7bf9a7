import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { html } from "ghtml";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { personOf } from "../access/guard.ts";
import { contactForm } from "../duty-pages/contact-form.ts";
import { removeDutyForm } from "../duty-pages/remove-form.ts";
import { policyForm, removePolicyForm } from "../duty-pages/policy-form.ts";
import { rotaForm } from "../duty-pages/rota-form.ts";
import { holidaysForm, teamForm } from "../duty-pages/team-forms.ts";
import { formOf } from "../pages/form-body.ts";
import { type FormErrors, hasErrors, noErrors } from "../pages/forms.ts";
import { reasonCharactersMax } from "../proposals/proposal.ts";
import { applianceForm, channelForm, newApplianceForm, probeForm, removeForm } from "./appliance-forms.ts";
import { calibrationForm } from "./calibration-form.ts";
import { draftFile, type Values } from "./draft-file.ts";
import { editBy, FormMistakes, type MasterForm, masterFormBody } from "./master-form.ts";
import { personActor, type MasterDataParts } from "./parts.ts";
import { profileForm } from "./profile-form.ts";
import { factsForm } from "./small-forms.ts";

interface FormPlace {
  readonly Params: { readonly what: string; readonly id?: string };
}

/** Serves the forms that change one thing each. What they change and touches limits becomes, or is added to, the person's own proposal. */
export function editRoutes(app: FastifyInstance, { services, answers, channels }: MasterDataParts): void {
  const { proposals } = services;

  const open = (request: FastifyRequest<FormPlace>) => {
    const inForce = services.site()?.site;
    if (inForce === undefined) throw new CodedError("site.missing", "No site is in force yet.");
    const { actor } = personActor(personOf(request));
    const start = proposals.startOf(actor);
    const place = { ...request.params, start, inForce, at: services.clock.epochMs(), channels: channels() };
    return { form: formFor(place), start, inForce, own: proposals.openBy(actor) };
  };

  const previewOf = (request: FastifyRequest<FormPlace>, values: Values): string => {
    const { form, start, inForce } = open(request);
    if (form?.preview === undefined) return "";
    try {
      return form.preview(editBy(form, values, inForce)(start), inForce, values);
    } catch (error) {
      if (error instanceof FormMistakes) return "";
      throw error;
    }
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
    const values = given ?? form.values;
    const body = masterFormBody(form, request.url, values, errors, note, previewOf(request, values));
    return answers.send(
      reply,
      { ...answers.here(), title: form.title, section: form.home ?? "site", path: null, body },
      hasErrors(errors) ? 422 : 200,
    );
  };

  /** What is wrong with what was sent, where it is only looked at. */
  const mistakesIn = (form: MasterForm, values: Values, start: Site, inForce: Site): FormErrors => {
    try {
      editBy(form, values, inForce)(start);
      return noErrors;
    } catch (error) {
      if (error instanceof FormMistakes) return error.errors;
      throw error;
    }
  };

  const take = (request: FastifyRequest<FormPlace>, reply: FastifyReply): FastifyReply => {
    const { form, start, inForce } = open(request);
    if (form === null) return answers.missing(reply, "There is nothing like this to change at the site.");
    const sent = Object.fromEntries([...formOf(request)].map(([name, value]) => [name, value.trim()]));
    const { act = "", ...values } = sent;
    if (act === "preview") return show(request, reply, values, mistakesIn(form, values, start, inForce));
    if (act !== "") {
      const reworked = form.rework?.(act, values) ?? null;
      if (reworked === null) return answers.missing(reply, "This form has no such button.");
      return show(request, reply, reworked, noErrors);
    }
    const by = personActor(personOf(request));
    try {
      const reason = reasonOf(values);
      const { proposal } = proposals.take(by, editBy(form, values, inForce), reason);
      const done = form.home === undefined ? "/site" : form.back;
      return reply.redirect(
        proposal === null ? done : `/site/proposals/${encodeURIComponent(proposal)}`,
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

/** Which form is asked for, and what it starts from. */
interface FormStart {
  readonly what: string;
  readonly id?: string;
  readonly start: Site;
  readonly inForce: Site;
  readonly at: EpochMs;
  readonly channels: readonly ChannelFact[];
}

function formFor(place: FormStart): MasterForm | null {
  const { what, id, start } = place;
  const file = draftFile(start);
  const inForce = draftFile(place.inForce);
  const { timeZone } = start;
  if (id === undefined) {
    switch (what) {
      case "facts":
        return factsForm(file);
      case "new-contact":
        return contactForm(file, undefined);
      case "new-team":
        return teamForm(file, undefined);
      case "new-policy":
        return policyForm(file, undefined, place);
      case "new-rota":
        return rotaForm(file, undefined, place);
      case "holidays":
        return holidaysForm(file);
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
    case "contact":
      return contactForm(file, id);
    case "remove-contact":
      return removeDutyForm(start, { contact: id }, place.at);
    case "policy":
      return policyForm(file, id, place);
    case "remove-policy":
      return removePolicyForm(file, id);
    case "rota":
      return rotaForm(file, id, place);
    case "remove-rota":
      return removeDutyForm(start, { rota: id }, place.at);
    case "team":
      return teamForm(file, id);
    case "remove-team":
      return removeDutyForm(start, { team: id }, place.at);
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
