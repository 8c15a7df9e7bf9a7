import { idSchema } from "@coldkeep/core/contract/batch.ts";
import { unitStatuses } from "@coldkeep/core/contract/units.ts";
import { roleOf } from "@coldkeep/core/people/principal.ts";
import { isAllowed } from "@coldkeep/core/people/roles.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import { access } from "../access/access.ts";
import { principalOf } from "../access/guard.ts";
import { packCursor, unpackCursor } from "../http/cursors.ts";
import type { Services } from "../http/services.ts";
import type { PageAnswers } from "../pages/page-answers.ts";
import type { UnitKey } from "../units/unit-feed.ts";
import { type FindUnits, listedMax, makeFindUnits } from "./find-units.ts";
import { type ListAsked, listBody, type ListShown } from "./list-body.ts";
import { unitBody } from "./unit-body.ts";
import { readUnitQuery } from "./unit-query.ts";
import { shownDin, unitPath } from "./unit-words.ts";

/** What the pages of units need. */
export interface UnitPages {
  readonly services: Services;
  readonly answers: PageAnswers;
}

/** Longest text that reaches the search, in characters; what is longer is cut and then refused as too long. */
const textLengthMax = 500;

const filterSchema = z.object({
  q: z
    .string()
    .transform((text) => text.slice(0, textLengthMax))
    .catch(""),
  status: z.enum(unitStatuses).optional().catch(undefined),
  appliance: idSchema.optional().catch(undefined),
  cursor: z.string().max(500).optional(),
});

const byNumber = z.object({ din: z.string().max(40), productCode: z.string().max(40) });
const byEntry = z.object({ number: z.int() });

/** `GET /units` and `GET /units/:din/:productCode`: units are found by number, label, status and place, and each is shown with what it went through. */
export async function unitPagesPlugin(app: FastifyInstance, parts: UnitPages): Promise<void> {
  const { services, answers } = parts;
  app.addHook("onRoute", (route) => {
    route.schema = Object.assign({}, route.schema, { hide: true });
  });
  app.setErrorHandler(answers.thrown);
  const find = makeFindUnits(services.database);
  app.get("/units", { config: access("records.read") }, (request, reply) =>
    showList(parts, find, request, reply),
  );
  app.get<{ Params: UnitKey }>(
    "/units/:din/:productCode",
    { config: access("records.read") },
    async (request, reply) => {
      const unit = services.units.find(request.params);
      if (unit === null) return answers.missing(reply, "There is no such unit on record.");
      const here = answers.here();
      const ledger = await services.units.ledger(unit.number, here.at);
      const title = `${shownDin(services, unit.din)} ${unit.productCode}`;
      const body = unitBody(services, here, unit, ledger);
      return answers.send(reply, {
        ...here,
        title,
        section: "units",
        path: unitPath(unit),
        renewSeconds: 5,
        body,
      });
    },
  );
}

function showList(
  { services, answers }: UnitPages,
  find: FindUnits,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { q, status, appliance, cursor } = filterSchema.parse(request.query);
  const asked: ListAsked = { text: q.trim(), status, appliance };
  const found = look(services, find, asked, cursor);
  if ("unit" in found) return reply.header("cache-control", "no-store").redirect(unitPath(found.unit), 303);
  const role = roleOf(principalOf(request));
  const shown: ListShown = {
    asked,
    ...found,
    isFirst: cursor === undefined,
    canFeed: role !== null && isAllowed(role, "units.feed"),
  };
  const here = answers.here();
  const body = listBody(services, here.site, shown);
  const code = found.mistake === null ? 200 : 422;
  return answers.send(reply, { ...here, title: "Units", section: "units", path: null, body }, code);
}

type Found = Pick<ListShown, "units" | "mistake" | "note" | "next"> | { readonly unit: UnitKey };

function look(services: Services, find: FindUnits, asked: ListAsked, cursor: string | undefined): Found {
  const { text, status, appliance } = asked;
  const query = readUnitQuery(text, services.unitSettings.numbering);
  if (query.kind === "refused") return { units: [], mistake: query.why, note: null, next: null };
  if (query.kind === "all") {
    const after = unpackCursor(byEntry, cursor)?.number;
    const units = services.units.list({ status, appliance, after, limit: listedMax + 1 });
    const shown = units.slice(0, listedMax);
    const last = units.length > listedMax ? shown.at(-1) : undefined;
    const next = last === undefined ? null : packCursor({ number: last.number });
    return { units: shown, mistake: null, note: null, next };
  }
  if (query.kind === "unit" && services.units.find(query) !== null) return { unit: query };
  const prefix = query.kind === "part" ? query.prefix : query.din;
  const { units, next } = find({ prefix, status, appliance, after: unpackCursor(byNumber, cursor) });
  const isAlone = query.kind === "number" && status === undefined && appliance === undefined;
  const [only] = units;
  if (isAlone && units.length === 1 && only?.din === prefix) return { unit: only };
  return {
    units,
    mistake: null,
    note:
      query.kind === "unit"
        ? `No unit ${shownDin(services, query.din)} ${query.productCode} was ever registered. Listed are units of the same donation.`
        : null,
    next: next === null ? null : packCursor(next),
  };
}
