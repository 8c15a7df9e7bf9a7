/** Deliveries: whatever providers do, each ends once, nobody is forgotten, and every way is tried. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { minuteMs, secondMs } from "../time/millis.ts";
import {
  acceptancesMax,
  type DeliveryEffect,
  type DeliveryInput,
  type DeliveryState,
  giveUpAfterMs,
  noteGiveUpAfterMs,
  oweDelivery,
  reportsMax,
  retryPausesMs,
  returnPausesMs,
  type Route,
  stepDelivery,
  triesPerRouteMax,
} from "./delivery.ts";

const sms: Route = { channel: "twilio", medium: "sms", address: "+32470000000", proves: "delivery" };
const modem: Route = { ...sms, channel: "modem" };
const mail: Route = { channel: "mail", medium: "email", address: "an@example.org", proves: "acceptance" };
const within = 2 * minuteMs;

/** What a provider does with one message. */
type Behaviour =
  | "deliver"
  | "accept-and-report"
  | "accept-and-lose"
  | "accept-late"
  | "refuse"
  | "fail"
  | "report-failure";

const behaviours: readonly Behaviour[] = [
  "deliver",
  "accept-and-report",
  "accept-and-lose",
  "accept-late",
  "refuse",
  "fail",
  "report-failure",
];

/** Plays a delivery against providers until it ends or `until` is reached. Returns when each thing happened. */
function play(
  routes: readonly Route[],
  behave: (channel: string, tried: number) => Behaviour,
  until: number,
  withdrawAt?: number,
  isNote = false,
) {
  let state = oweDelivery(routes, within, 0, true, isNote);
  const log: { at: number; effect: DeliveryEffect }[] = [];
  const sends: { at: number; channel: string }[] = [];
  const later: { at: number; input: DeliveryInput }[] =
    withdrawAt === undefined ? [] : [{ at: withdrawAt, input: { kind: "withdraw" } }];
  let at = 0;
  const give = (input: DeliveryInput): void => {
    const step = stepDelivery(state, input, at);
    state = step.state;
    for (const effect of step.effects) log.push({ at, effect });
  };
  for (let turn = 0; turn < 5_000 && (state.outcome === null || later.length > 0); turn += 1) {
    later.sort((a, b) => a.at - b.at);
    const [next] = later;
    const due = state.dueAt ?? Number.MAX_SAFE_INTEGER;
    at = Math.max(at, Math.min(due, next?.at ?? Number.MAX_SAFE_INTEGER));
    if (at > until) break;
    if (next !== undefined && next.at <= due) {
      later.shift();
      give(next.input);
    } else if (state.phase === "awaiting-report") give({ kind: "overdue" });
    else {
      const { channel, proves } = routeOf(state);
      sends.push({ at, channel });
      const reference = `${channel}-${sends.length}`;
      const behaviour = behave(channel, sends.length);
      const report = { kind: "reported", channel, reference, reason: null, name: reference } as const;
      if (behaviour === "deliver" && proves === "delivery") give({ kind: "delivered", channel });
      else if (behaviour === "refuse" || behaviour === "fail")
        give({ kind: "failed", channel, reason: behaviour, isHopeless: behaviour === "refuse" });
      else {
        give({ kind: "accepted", channel, reference });
        if (behaviour === "accept-and-report")
          later.push({ at: at + secondMs, input: { ...report, isDelivered: true } });
        if (behaviour === "accept-late")
          later.push({ at: at + within + secondMs, input: { ...report, isDelivered: true } });
        if (behaviour === "report-failure")
          later.push({ at: at + secondMs, input: { ...report, isDelivered: false } });
      }
    }
  }
  return { state, log, sends, at };
}

function routeOf(state: DeliveryState): Route {
  const route = state.routes[state.route];
  if (route === undefined) throw new Error("a delivery that is to be sent has a route");
  return route;
}

const anyRoutes = fc.uniqueArray(fc.constantFrom(sms, modem, mail), { minLength: 1, maxLength: 3 });
const anyScript = fc.array(fc.constantFrom(...behaviours), { minLength: 1, maxLength: 12 });

test("each delivery ends in exactly one outcome, after which nothing is sent and nothing changes; what came back had not ended", () => {
  fc.assert(
    fc.property(
      anyRoutes,
      anyScript,
      fc.option(fc.nat(20 * minuteMs), { nil: undefined }),
      (routes, script, withdrawAt) => {
        const behave = (_: string, tried: number) => script[(tried - 1) % script.length] ?? "fail";
        const { state, log } = play(routes, behave, 2 * giveUpAfterMs, withdrawAt);
        expect(state.phase).toBe("ended");
        const ends = log.filter(({ effect }) => effect.kind === "ended");
        const returned = log.filter(({ effect }) => effect.kind === "returned");
        expect(ends).toHaveLength(returned.length + 1);
        const last = ends[ends.length - 1];
        expect(log[log.length - 1]).toBe(last);
        expect(last?.effect).toMatchObject({ outcome: state.outcome });
        for (const { effect } of ends.slice(0, -1)) expect(effect).toMatchObject({ outcome: "handed-over" });
        expect(stepDelivery(state, { kind: "delivered", channel: "mail" }, 0)).toEqual({
          state,
          effects: [],
        });
        expect(state.accepted.length).toBeLessThanOrEqual(acceptancesMax);
      },
    ),
  );
});

test("as long as one way works, the person is reached within the time that the others can take, and otherwise it is told", () => {
  fc.assert(
    fc.property(anyRoutes, fc.nat(2), fc.constantFrom(...behaviours), (routes, which, bad) => {
      const good = routes[which % routes.length]?.channel;
      const behave = (channel: string) => (channel === good ? "accept-and-report" : bad);
      const { state, at, log } = play(routes, behave, giveUpAfterMs);
      expect(["delivered", "handed-over"]).toContain(state.outcome);
      expect(log.some(({ effect }) => effect.kind === "unreached")).toBe(false);
      const longest = triesPerRouteMax * Math.max(...retryPausesMs) + within;
      expect(at).toBeLessThanOrEqual(routes.length * longest);
    }),
  );
});

test("where no way works it is told in the first round, and tried until it is given up", () => {
  fc.assert(
    fc.property(
      anyRoutes,
      fc.constantFrom<Behaviour>("refuse", "fail", "report-failure", "accept-and-lose"),
      (given, bad) => {
        const routes = given.filter(({ proves }) => proves === "delivery" || bad !== "accept-and-lose");
        fc.pre(routes.length > 0);
        const { state, log, sends } = play(routes, () => bad, 2 * giveUpAfterMs);
        expect(["given-up", "returned"]).toContain(state.outcome);
        expect(state.isUnreached).toBe(true);
        const first = log.findIndex(({ effect }) => effect.kind === "unreached");
        const sentBefore = sends.filter(({ at }) => at <= (log[first]?.at ?? 0));
        expect(new Set(sentBefore.map(({ channel }) => channel)).size).toBe(routes.length);
        expect(sentBefore.length).toBeLessThanOrEqual(routes.length * triesPerRouteMax);
      },
    ),
    { numRuns: 30 },
  );
});

/** A mail that was handed over, and that may come back. */
function handedOver(routes: readonly Route[]): DeliveryState {
  const owed = oweDelivery(routes, within, 0);
  return stepDelivery(owed, { kind: "accepted", channel: "mail", reference: "m1" }, 1_000).state;
}

const cameBack: DeliveryInput = {
  kind: "reported",
  channel: "mail",
  reference: "m1",
  isDelivered: false,
  reason: "no such mailbox",
  name: "report-1",
};

test("a mail that comes back is sent by another way at once, and by the one way there is only after a long pause", () => {
  const two = stepDelivery(handedOver([mail, sms]), cameBack, 5_000);
  expect(two.state).toMatchObject({ phase: "to-send", routes: [sms], route: 0, dueAt: 5_000, outcome: null });
  expect(two.effects.map(({ kind }) => kind)).toEqual(["returned", "moved-on"]);
  const one = stepDelivery(handedOver([mail]), cameBack, 5_000);
  expect(one.state).toMatchObject({
    phase: "to-send",
    dueAt: 5_000 + (returnPausesMs[0] ?? 0),
    isUnreached: true,
  });
  expect(one.effects.map(({ kind }) => kind)).toEqual(["returned", "unreached"]);
});

test("a mail that comes back counts once, however often that is told", () => {
  const { state } = stepDelivery(handedOver([mail]), cameBack, 5_000);
  const again = stepDelivery(state, { kind: "accepted", channel: "mail", reference: "m1" }, 10_000).state;
  expect(again.outcome).toBe("handed-over");
  expect(stepDelivery(again, cameBack, 11_000)).toEqual({ state: again, effects: [] });
  expect(stepDelivery(again, { ...cameBack, name: "report-2" }, 11_000).state.outcome).toBe(null);
});

test("a mail that comes back when nobody needs it any more, or days later, is told and not sent again", () => {
  const answered = stepDelivery(handedOver([mail, sms]), { kind: "withdraw" }, 2_000).state;
  expect(answered.outcome).toBe("handed-over");
  for (const [state, at] of [
    [answered, 5_000],
    [handedOver([mail, sms]), giveUpAfterMs],
  ] as const) {
    const step = stepDelivery(state, cameBack, at);
    expect(step.state).toMatchObject({ phase: "ended", outcome: "returned", isUnreached: true, dueAt: null });
    expect(step.effects.map(({ kind }) => kind)).toEqual(["returned", "unreached", "ended"]);
  }
});

test("what only is to be known of a mail is noted, up to a number, and changes nothing else", () => {
  let state = handedOver([mail]);
  let notes = 0;
  for (let count = 0; count < 2 * reportsMax; count += 1) {
    const about = { channel: "mail", reference: "m1", reason: "is away" };
    const step = stepDelivery(state, { kind: "noted", ...about, name: `away-${count}` }, 5_000);
    expect({ ...step.state, reports: [] }).toEqual({ ...state, reports: [] });
    state = step.state;
    notes += step.effects.length;
  }
  expect(notes).toBe(reportsMax);
  expect(stepDelivery(state, cameBack, 5_000).state.outcome).toBe(null);
});

test("an address that sends everything back is not sent to many times", () => {
  const { sends, log } = play([mail], () => "report-failure", 2 * giveUpAfterMs);
  expect(sends.length).toBeLessThanOrEqual(6);
  expect(log[log.length - 1]?.effect).toMatchObject({ kind: "ended", outcome: "returned" });
});

test("a note is given up soon, is sent once by whatever takes it, and says nothing about the person", () => {
  fc.assert(
    fc.property(anyRoutes, anyScript, (routes, script) => {
      const behave = (_: string, tried: number) => script[(tried - 1) % script.length] ?? "fail";
      const { state, at, log } = play(routes, behave, 2 * giveUpAfterMs, undefined, true);
      expect(state).toMatchObject({ phase: "ended", isUnreached: false });
      expect(log.some(({ effect }) => effect.kind === "unreached")).toBe(false);
      const taken = log.filter(({ effect }) => effect.kind === "accepted").length;
      const refused = log.filter(({ effect }) => ["not-delivered", "returned"].includes(effect.kind)).length;
      expect(taken - refused).toBeLessThanOrEqual(1);
      const longest = triesPerRouteMax * Math.max(...retryPausesMs) + within;
      expect(at).toBeLessThanOrEqual(noteGiveUpAfterMs + longest);
    }),
  );
});

test("what is never given up is still tried after days", () => {
  let state = oweDelivery([mail], within, 0, false);
  for (let at = 0; at < 3 * giveUpAfterMs; at = state.dueAt ?? Number.MAX_SAFE_INTEGER)
    state = stepDelivery(
      state,
      { kind: "failed", channel: "mail", reason: "down", isHopeless: false },
      at,
    ).state;
  expect(state).toMatchObject({ phase: "to-send", outcome: null });
});

test("a report that comes after the next way was turned to still ends the delivery", () => {
  const behave = (channel: string) => (channel === "twilio" ? "accept-late" : "fail");
  const { state, log } = play([sms, mail], behave, giveUpAfterMs);
  expect(state.outcome).toBe("delivered");
  expect(log.map(({ effect }) => effect.kind)).toEqual([
    "accepted",
    "overdue",
    "moved-on",
    "failed",
    "ended",
  ]);
});

test("a delivery without a way waits for one", () => {
  const nowhere = oweDelivery([], within, 0);
  expect(nowhere).toMatchObject({ phase: "nowhere", dueAt: null });
  const found = stepDelivery(nowhere, { kind: "reroute", routes: [mail] }, 5);
  expect(found.state).toMatchObject({ phase: "to-send", dueAt: 5 });
});
