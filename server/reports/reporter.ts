import type { Services } from "../http/services.ts";
import type { ExcursionPageView } from "../pages/views.ts";
import { renderExcursionReport } from "./excursion-report.ts";
import { evidenceOf } from "./report-evidence.ts";

/** Makes reports that stand alone: with their evidence inside, under the server's seal. */
export function makeReporter(services: Services): (view: ExcursionPageView) => Promise<Uint8Array> {
  return async (view) =>
    renderExcursionReport(view, {
      evidence: await evidenceOf(services, view),
      ...(services.sealKey === null ? {} : { key: services.sealKey }),
    });
}
