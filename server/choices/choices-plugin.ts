import {
  type ChoiceList,
  choiceLists,
  choiceListWords,
  readChoices,
} from "@coldkeep/core/contract/choices.ts";
import { html } from "ghtml";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { access } from "../access/access.ts";
import { actingFor } from "../access/acting.ts";
import { requestActor } from "../access/guard.ts";
import type { Services } from "../http/services.ts";
import { acceptForms, fieldOf } from "../pages/form-body.ts";
import {
  errorSummary,
  formButtons,
  type FormErrors,
  hiddenField,
  inputField,
  noErrors,
  textField,
} from "../pages/forms.ts";
import type { PageAnswers } from "../pages/page-answers.ts";
import { changeChoices, choicesOf } from "./choices.ts";

/** What the page of lists needs. */
export interface ChoicePages {
  readonly services: Services;
  readonly answers: PageAnswers;
}

/** Longest reason for a change of a list, in characters. */
const whyCharactersMax = 1_000;

/** Most bytes of the form: a list twice, each character as up to nine. */
const listFormBytesMax = 256 * 1024;

/** `/work/lists`: quality officers change the lists of causes and reasons that people choose from. */
export async function choicesPlugin(app: FastifyInstance, parts: ChoicePages): Promise<void> {
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  const { services, answers } = parts;
  app.setErrorHandler(answers.thrown);
  acceptForms(app, listFormBytesMax);
  const deciding = { exposeHeadRoute: false, config: access("units.decide") };
  app.get("/work/lists", deciding, (request, reply) => show(parts, request, reply, noErrors));
  app.post("/work/lists", deciding, (request, reply) => {
    const errors = changeByForm(services, request);
    return errors === null ? reply.redirect("/work/lists", 303) : show(parts, request, reply, errors);
  });
}

function changeByForm(services: Services, request: FastifyRequest): FormErrors | null {
  const list = choiceLists.find((each) => each === fieldOf(request, "list"));
  if (list === undefined) return { "": "There is no such list." };
  const why = fieldOf(request, "why");
  const read = readChoices(fieldOf(request, "entries"));
  if (!read.ok) return { entries: read.why };
  if (why === "" || why.length > whyCharactersMax) return { why: "Say why it is changed." };
  const from = choicesOf(services, list);
  const was = readChoices(fieldOf(request, "was"));
  if (!was.ok || was.entries.join("\n") !== from.join("\n"))
    return { entries: "Somebody has changed this list since this page was made. Below it is as it is now." };
  if (read.entries.join("\n") === from.join("\n")) return { entries: "Nothing of it was changed." };
  changeChoices(services, requestActor(request), {
    who: actingFor(request),
    list,
    from,
    to: read.entries,
    why,
  });
  return null;
}

function show(
  { services, answers }: ChoicePages,
  request: FastifyRequest,
  reply: FastifyReply,
  errors: FormErrors,
): FastifyReply {
  const sent = fieldOf(request, "list");
  const look = (list: ChoiceList): string => {
    const now = choicesOf(services, list).join("\n");
    const isSent = list === sent && errors !== noErrors;
    const isStale = isSent && readText(fieldOf(request, "was")) !== now;
    const mine = isSent ? errors : noErrors;
    return html`<section class="form-page" aria-labelledby="${list}-title">
      <h2 id="${list}-title">${choiceListWords[list]}</h2>
      <form class="form" method="post" action="/work/lists">
        !${hiddenField("list", list)} !${hiddenField("was", now)}
        !${textField(
          {
            name: "entries",
            form: list,
            label: "Entries, one a line",
            rows: 7,
            value: isSent && !isStale ? fieldOf(request, "entries") : now,
          },
          mine,
        )}
        !${inputField(
          {
            name: "why",
            form: list,
            label: "Why it is changed",
            value: isSent ? fieldOf(request, "why") : "",
            required: true,
            charactersMax: whyCharactersMax,
          },
          mine,
        )}
        !${formButtons({ submit: `Change this list` })}
      </form>
    </section>`;
  };
  const body = html`!${errorSummary(errors, { title: "Nothing was changed", form: sent })}
    <header class="head">
      <p class="crumb"><a href="/work">Units to decide</a> / Lists</p>
      <h1>Lists of causes and reasons</h1>
      <p class="lead">
        What people choose from when they decide about units. What none of these says can still be said in
        one's own words. What was decided keeps its words.
      </p>
    </header>
    !${choiceLists.map(look)}`;
  const page = { ...answers.here(), title: "Lists", section: "work" as const, path: null, body };
  return answers.send(reply, page, errors === noErrors ? 200 : 422);
}

function readText(text: string): string {
  const read = readChoices(text);
  return read.ok ? read.entries.join("\n") : text;
}
