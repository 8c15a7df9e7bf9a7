import { expect, test } from "vitest";
import type { ChannelFact } from "../duty/reach.ts";
import { siteSchema } from "../site/site.ts";
import { minuteMs } from "../time/millis.ts";
import { type Rehearsal, rehearseCall } from "./rehearsal.ts";

const mail: ChannelFact = { id: "mail", medium: "email", proves: "acceptance" };
const sms: ChannelFact = { id: "sms", medium: "sms", proves: "delivery" };
const at = Temporal.Instant.from("2026-11-24T02:00:00Z").epochMilliseconds;

const site = siteSchema.parse({
  site: "s",
  timeZone: "Europe/Brussels",
  profiles: {
    p: {
      low: 2,
      high: 6,
      maxGap: "5m",
      excursionAfter: "10m",
      recoverAfter: "5m",
      unmonitoredAfter: "30m",
      alarmDelay: "5m",
    },
  },
  appliances: [{ id: "f", name: "F", kind: "refrigerator", profile: "p", probes: [{ id: "q" }] }],
  contacts: [
    { id: "an", name: "An", email: "an@example.org", phone: "+32470000001" },
    { id: "bo", name: "Bo", phone: "+32470000002" },
  ],
  rotas: [
    {
      id: "days",
      name: "Days",
      layers: [
        {
          id: "l",
          start: "2026-11-02",
          cycleDays: 7,
          handOvers: [{ at: "08:00" }],
          people: ["bo"],
          only: [{ from: "08:00", to: "17:00" }],
        },
      ],
    },
  ],
  policies: [
    { id: "quiet", severities: ["advisory"], steps: [{ call: [{ contact: "an" }] }], digestAt: "07:30" },
    {
      id: "standard",
      steps: [
        { call: [{ contact: "an" }], by: ["sms", "email"] },
        { after: "10m", call: [{ rota: "days" }] },
        { after: "20m", call: [{ contact: "bo" }, { contact: "an" }] },
      ],
      repeatEvery: "10m",
      answerWithin: "15m",
    },
  ],
});

const told = ({ events }: Rehearsal): string[] =>
  events.map((event) => {
    const minute = (event.at - at) / minuteMs;
    if (event.kind === "unanswered") return `${minute} unanswered`;
    const people = event.people.map(({ contact, media }) => `${contact.id} by ${media.join("+")}`);
    const step =
      event.kind === "call"
        ? ` ${event.step}${event.isRepeat ? " again" : ""}${event.isSkipped ? " nobody" : ""}`
        : "";
    return `${minute}${step} ${people.join(", ")}`.trim();
  });

test("a night's call without an answer: steps in their order, one that finds nobody not waited for, repetitions, silence", () => {
  const mark = { kind: "temperature-high", severity: "critical", appliance: "f" } as const;
  const rehearsal = rehearseCall(site, mark, [mail, sms], at);
  expect(rehearsal.policy?.id).toBe("standard");
  expect(told(rehearsal)).toEqual([
    "0 0 an by sms+email",
    "10 1 nobody",
    "10 2 bo by sms, an by sms+email",
    "20 2 again bo by sms, an by sms+email",
    "25 unanswered",
    "30 2 again bo by sms, an by sms+email",
  ]);
});

test("who has no way that works is said, and a step of such people alone is not waited for", () => {
  const mark = { kind: "door", severity: "warning", appliance: "f" } as const;
  const day = Temporal.Instant.from("2026-11-24T08:00:00Z").epochMilliseconds;
  const { events } = rehearseCall(site, mark, [mail], day);
  expect(events[1]).toMatchObject({ kind: "call", step: 1, isSkipped: true, at: day + 10 * minuteMs });
  expect(events[2]).toMatchObject({ step: 2, isSkipped: false, at: day + 10 * minuteMs });
  // Without any channel steps are waited for: it is the channels that are missing, not the people.
  expect(rehearseCall(site, mark, [], day).events[1]).toMatchObject({ step: 1, isSkipped: false });
});

test("where a last step reaches nobody, the nearest one before it is called again in its place", () => {
  const [, standard] = site.policies ?? [];
  if (standard === undefined) throw new RangeError("no policy");
  const policies = [{ ...standard, steps: standard.steps.slice(0, 2) }];
  const { events } = rehearseCall(
    { ...site, policies },
    { kind: "door", severity: "warning", appliance: "f" },
    [mail, sms],
    at,
  );
  expect(events[1]).toMatchObject({ step: 1, isInstead: true, isSkipped: false });
  expect(events[1]?.kind === "call" && events[1].people.map(({ contact }) => contact.id)).toEqual(["an"]);
});

test("what presses nobody is gathered, and calling that does not work goes to everybody", () => {
  expect(
    told(rehearseCall(site, { kind: "battery", severity: "advisory", appliance: null }, [mail, sms], at)),
  ).toEqual(["270 an by sms+email"]);
  const failing = rehearseCall(
    site,
    { kind: "unanswered", severity: "critical", appliance: null },
    [mail, sms],
    at,
  );
  expect(failing.policy).toBeNull();
  expect(told(failing)).toEqual(["0 0 an by sms+email, bo by sms"]);
});
