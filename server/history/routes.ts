import {
  coverageSchema,
  readingsAnswerSchema,
  readingsQuerySchema,
  windowQuerySchema,
} from "@coldkeep/core/contract/probes.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { downsample } from "@coldkeep/core/readings/downsample.ts";
import { isGood } from "@coldkeep/core/readings/reading.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as z from "zod";
import { access } from "../access/access.ts";
import type { Services } from "../http/services.ts";
import type { ProbeMemory } from "../judging/probe-memory.ts";

/** Says where a history came from: `usual`, or `records` while InfluxDB does not serve it. The answer is the same. */
export const historySourceHeader = "coldkeep-history-source";

const params = z.object({ id: z.string() });

/** `GET /v1/probes/{id}/readings` and `/coverage`. */
export function historyRoutes(services: Services): FastifyPluginAsyncZod {
  const probe = (id: string): ProbeMemory => {
    const memory = services.engine.probe(id);
    if (memory === undefined)
      throw new CodedError("probe.unknown", `There is no probe "${id}" at this site.`);
    return memory;
  };
  const source = (): string => (services.isHistoryFallenBack() ? "records" : "usual");
  return async (app) => {
    app.get(
      "/v1/probes/:id/readings",
      {
        config: access("records.read"),
        schema: {
          summary: "History of a probe, thinned so that extremes survive",
          tags: ["history"],
          params,
          querystring: readingsQuerySchema,
          response: { 200: readingsAnswerSchema },
        },
      },
      async (request, reply) => {
        reply.header(historySourceHeader, source());
        const memory = probe(request.params.id);
        const { from, to, maxPoints } = request.query;
        const readings = await services.history.readings(memory, from, to);
        const times = readings.length > maxPoints ? [] : await services.history.times(memory, from, to);
        return {
          probe: request.params.id,
          total: readings.length,
          readings: downsample(readings, maxPoints).map((reading, index) => {
            const at = formatInstant(reading.at);
            const time = times[index] ?? null;
            const quality =
              time === null ? {} : { timeSource: time.source, uncertaintyMs: time.uncertaintyMs };
            return isGood(reading)
              ? { at, celsius: reading.celsius, ...quality }
              : { ...reading, at, ...quality };
          }),
        };
      },
    );
    app.get(
      "/v1/probes/:id/coverage",
      {
        config: access("records.read"),
        schema: {
          summary: "How a window's time divides; together exactly to - from",
          tags: ["history"],
          params,
          querystring: windowQuerySchema,
          response: { 200: coverageSchema },
        },
      },
      async (request, reply) => {
        reply.header(historySourceHeader, source());
        const { from, to } = request.query;
        const measured = await services.history.measure(
          probe(request.params.id),
          from,
          to,
          services.clock.epochMs(),
        );
        const { inMs, lowMs, highMs, unknownMs, pendingMs } = measured;
        return { inMs, lowMs, highMs, unknownMs, pendingMs };
      },
    );
  };
}
