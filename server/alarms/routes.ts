import {
  acknowledgeSchema,
  alarmQuerySchema,
  alarmSchema,
  shelveSchema,
} from "@coldkeep/core/contract/alarms.ts";
import { instantOrNull, pageSchema } from "@coldkeep/core/contract/instants.ts";
import { type AlarmInput, phaseOf } from "@coldkeep/core/alarms/lifecycle.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { pageOf, unpackCursor } from "../http/cursors.ts";
import type { Services } from "../http/services.ts";
import type { EntryKind } from "../journal/journal.ts";
import { listAlarms } from "./alarm-reads.ts";
import type { KeptAlarm } from "./kept-alarm.ts";

const params = z.object({ id: z.string() });
const position = z.object({ raisedAt: z.int(), id: z.string() });

/** Applies a person's act to an alarm, journaled. Throws `alarm.unknown`. */
export function actOnAlarm(
  services: Pick<Services, "committer" | "alarms">,
  kind: EntryKind,
  id: string,
  act: { readonly by: string; readonly note: string | null; readonly source: string },
  input: (at: number) => AlarmInput,
): KeptAlarm {
  if (!services.alarms.underWay().some((alarm) => alarm.id === id)) {
    throw new CodedError("alarm.unknown", `There is no alarm "${id}" that is still under way.`);
  }
  const body = new TextEncoder().encode(JSON.stringify({ alarm: id, by: act.by, note: act.note }));
  return services.committer.commit({ kind, source: act.source, encoding: "identity", body }, (commit) => {
    const alarm = services.alarms.act(commit, id, input(commit.at), act.by, act.note);
    if (alarm === null)
      throw new CodedError("alarm.unknown", `There is no alarm "${id}" that is still under way.`);
    return alarm;
  });
}

/** `GET /v1/alarms`, `POST /v1/alarms/{id}/acknowledge` and `/shelve`. */
export function alarmRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      "/v1/alarms",
      {
        schema: {
          summary: "Alarms, newest first; those that are over only when asked for",
          tags: ["alarms"],
          querystring: alarmQuerySchema,
          response: { 200: pageSchema(alarmSchema) },
        },
      },
      async (request) => {
        services.authenticate(request.headers.authorization, "api");
        const { phase, limit, cursor } = request.query;
        const found = listAlarms(services.database, {
          phase,
          after: unpackCursor(position, cursor),
          limit: limit + 1,
        });
        return pageOf(found, limit, onWire, ({ id, state }) => ({ raisedAt: state.raisedAt, id }));
      },
    );
    app.post(
      "/v1/alarms/:id/acknowledge",
      {
        schema: {
          summary: "A person takes the alarm on",
          tags: ["alarms"],
          params,
          body: acknowledgeSchema,
          response: { 200: alarmSchema },
        },
      },
      async (request) => {
        const { name } = services.authenticate(request.headers.authorization, "api");
        const { by, note } = request.body;
        const act = { by, note: note ?? null, source: name };
        return onWire(
          actOnAlarm(services, "acknowledge", request.params.id, act, () => ({ kind: "acknowledge", by })),
        );
      },
    );
    app.post(
      "/v1/alarms/:id/shelve",
      {
        schema: {
          summary: "Calls nobody about the alarm for a while; the record and the holds go on",
          tags: ["alarms"],
          params,
          body: shelveSchema,
          response: { 200: alarmSchema },
        },
      },
      async (request) => {
        const { name } = services.authenticate(request.headers.authorization, "api");
        const { by, note, minutes } = request.body;
        return onWire(
          actOnAlarm(services, "shelve", request.params.id, { by, note, source: name }, (at) => ({
            kind: "shelve",
            until: at + minutes * minuteMs,
          })),
        );
      },
    );
  };
}

function onWire(alarm: KeptAlarm) {
  const { id, kind, severity, subject, appliance, probe, text, state } = alarm;
  return {
    id,
    kind,
    phase: phaseOf(state),
    severity,
    subject,
    appliance,
    probe,
    text,
    raisedAt: formatInstant(state.raisedAt),
    acknowledgedBy: state.acknowledgedBy,
    shelvedUntil: instantOrNull(state.shelvedUntil),
  };
}
