import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import { freshProof } from "../people/people.ts";
import { exampleProfile, testServer, type TestServer, testStart } from "../testing/test-server.ts";

/** A site with something of everything that the pages show. For tests. */
export const sampleMasterData = `
site: mechelen
timeZone: Europe/Brussels
profiles:
  red-cells-eu: ${exampleProfile.replace("}", `, source: "Directive 2004/33/EC Annex IV", edition: "2015" }`)}
  plasma: { high: -25, deadband: 1, maxGap: 5m, excursionAfter: 15m, recoverAfter: 10m, unmonitoredAfter: 1h, alarmDelay: 10m, source: "EDQM Guide" }
appliances:
  - id: fridge-1
    name: Red cells 1
    kind: refrigerator
    profile: red-cells-eu
    room: cellar
    doorDelay: 3m
    probes:
      - { id: p1, kind: buffered, calibration: { offset: 0.12, certificate: C-2026-0117, uncertainty: 0.05, due: 2026-12-10 } }
      - { id: p1-air, kind: air, calibration: { offset: 0, certificate: C-2025-0009, due: 2026-11-01 } }
  - { id: fridge-2, name: Red cells 2, kind: refrigerator, profile: red-cells-eu, probes: [ { id: p2 } ] }
  - { id: freezer-1, name: Plasma 1, kind: freezer, profile: plasma, probes: [ { id: p3, calibration: { offset: -0.2, certificate: C-2026-0200, due: 2027-08-01 } } ] }
channels:
  - { id: logger-7.t1, assignments: { probe: p1-air } }
contacts:
  - { id: on-call, name: On call, email: on-call@example.org }
`;

/** The password that the sample's people sign with. */
export const samplePassword = "right";

/** A server with that site and four hours of readings, three times 20 minutes of them too warm, whose visitor the test chooses. */
export interface SampleMasterData {
  readonly running: TestServer;
  /** Whoever calls from now on; null is nobody. */
  readonly visit: (person: Person | null) => void;
}

/** A person of the sample. */
export function samplePerson(login: string, name: string, role: Person["role"]): Person {
  return { kind: "person", login, name, role, session: `s-${login}` };
}

/** Starts the sample. */
export async function sampleServer(): Promise<SampleMasterData> {
  const running = await testServer({ site: sampleMasterData, start: testStart + 240 * minuteMs });
  let visitor: Person | null = null;
  const { services } = running.server;
  Object.assign(services.identities, { person: () => visitor });
  Object.assign(services.people, {
    reauthenticate: async (person: Person, given: { readonly password?: string }) => {
      if (given.password !== samplePassword)
        throw new CodedError("sign.refused", "The password is not right.");
      const { login, name, role } = person;
      return freshProof({ login, name, role, method: "password", at: running.clock.epochMs() });
    },
  });
  const warm = (minute: number): boolean => minute < 180 && minute % 60 >= 20 && minute % 60 < 40;
  const readings = Array.from({ length: 240 }, (_, minute) => ({
    at: testStart + minute * minuteMs,
    celsius: warm(minute) ? 7 : 4,
  }));
  await running.post("p1", readings);
  return { running, visit: (person) => void (visitor = person) };
}
