import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Site } from "@coldkeep/core/site/site.ts";
import { type AlarmAct, actOnAlarm } from "../alarms/alarm-commands.ts";
import type { ServiceAct } from "../alarms/alarm-book.ts";
import { serveAppliance } from "../alarms/service-commands.ts";
import type { Inside } from "../inside.ts";
import type { EntryInput } from "../journal/journal.ts";
import { judgeDelivery } from "../notify/delivery-alarm.ts";
import type { Decision } from "../units/dispositions.ts";
import { decideUnit, type MovementBody, moveUnit, registerUnit } from "../units/unit-commands.ts";
import type { UnitDetails, UnitKey } from "../units/unit-feed.ts";

/** Does again what the server did with one journaled input. The inside's clock must stand at the entry's time. */
export function applyEntry(inside: Inside, { kind, source, encoding, body }: EntryInput): void {
  switch (kind) {
    case "start":
      inside.begin(json<{ pages: string | null }>(body).pages);
      return;
    case "batch":
      inside.takeBatch({ encoding, body, text: unpacked(encoding, body), source });
      return;
    case "tick":
      inside.committer.commit({ kind, source, encoding, body }, inside.engine.tick);
      return;
    case "site":
      inside.applySite(json<Site>(body), source);
      return;
    case "unit":
      registerUnit(inside, source, json<UnitKey & UnitDetails>(body));
      return;
    case "movement":
      moveUnit(inside, source, json<MovementBody>(body));
      return;
    case "disposition":
      decideUnit(inside, source, json<UnitKey & Decision>(body));
      return;
    case "out-of-service":
    case "return-to-service":
      serveAppliance(inside, source, json<ServiceAct>(body));
      return;
    case "acknowledge":
    case "shelve":
    case "unshelve":
    case "reset":
      actOnAlarm(inside, kind, source, json<AlarmAct>(body));
      return;
    case "delivery":
      judgeDelivery(inside, json<{ worstTries: number }>(body).worstTries);
      return;
  }
}

function json<Content>(body: Uint8Array): Content {
  return JSON.parse(new TextDecoder().decode(body)) as Content;
}

function unpacked(encoding: string, body: Uint8Array): string {
  const bytes =
    encoding === "gzip" ? gunzipSync(body) : encoding === "zstd" ? zstdDecompressSync(body) : body;
  return new TextDecoder().decode(bytes);
}
