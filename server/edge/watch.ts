import { phaseOf } from "@coldkeep/core/alarms/alarm-state.ts";
import { edgeAlarmKinds, type WireWatch } from "@coldkeep/core/contract/edge.ts";
import { rulesOnWire, stateOnWire } from "@coldkeep/core/contract/watch-on-wire.ts";
import { formatInstant } from "@coldkeep/core/time/millis.ts";
import { agitatorDelayMs, doorDelayMs } from "@coldkeep/core/alarms/describe-equipment.ts";
import type { KeptAlarm } from "../alarms/kept-alarm.ts";
import { shortName } from "../alarms/messages.ts";
import type { Services } from "../http/services.ts";
import { sha256Hex } from "../journal/hash-chain.ts";
import type { SiteBook } from "../site/site-book.ts";

/**
 * What a gateway needs to keep watch by itself over the probes that it named (by their ids or those of their channels), or else those that it last fed. Names that
 * the site does not know are left out.
 */
export function watchOf(
  { alarms, clock }: Pick<Services, "alarms" | "clock">,
  book: SiteBook,
  gateway: string,
  named: readonly string[] | undefined,
): WireWatch {
  const ids = new Set(named ?? alarms.probesBehind(gateway));
  const probes = [...book.probes.values()].filter(
    ({ id, stretches }) => ids.has(id) || stretches.some(({ channel }) => ids.has(channel)),
  );
  const watched = new Set(probes.map(({ id }) => id));
  const places = new Set(probes.map(({ appliance }) => appliance));
  // What is suppressed by design was called by nobody: the gateway must find out for itself.
  const isWatched = ({ kind, subject, appliance, state }: KeptAlarm): boolean =>
    watchedKinds.has(kind) &&
    state.suppressedUntil === null &&
    (watched.has(subject) || (appliance === null ? true : places.has(subject)));
  const content = {
    site: book.site.site,
    timeZone: book.site.timeZone,
    appliances: [...places].toSorted().flatMap((id) => {
      const place = book.appliances.get(id);
      if (place === undefined) return [];
      const out = alarms.outOfService(id, clock.epochMs());
      const { name, kind, room = null, circuit = null } = place;
      const delays = {
        doorDelayMs: place.doorDelay ?? doorDelayMs,
        agitatorDelayMs: place.agitatorDelay ?? agitatorDelayMs,
      };
      const outOfServiceUntil = out === null ? null : formatInstant(out.until);
      const short = shortName(book, id);
      return [{ id, name, shortName: short, kind, room, circuit, ...delays, outOfServiceUntil }];
    }),
    probes: probes
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((probe) => ({
        id: probe.id,
        kind: probe.kind,
        appliance: probe.appliance,
        ...rulesOnWire(probe),
      })),
    alarms: alarms
      .underWay()
      .filter(isWatched)
      .map((alarm) => ({
        id: alarm.id,
        kind: alarm.kind,
        subject: alarm.subject,
        appliance: alarm.appliance,
        probe: alarm.probe,
        severity: alarm.severity,
        text: alarm.text,
        phase: phaseOf(alarm.state),
        ...stateOnWire(alarm.state),
      })),
  };
  return { version: sha256Hex(JSON.stringify(content)).slice(0, 32), ...content };
}

const watchedKinds: ReadonlySet<string> = new Set(edgeAlarmKinds);
