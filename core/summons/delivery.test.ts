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
  oweDelivery,
  retryPausesMs,
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
) {
  let state = oweDelivery(routes, within, 0);
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
  for (let turn = 0; turn < 5_000 && state.outcome === null; turn += 1) {
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
      const report = { kind: "reported", channel, reference, reason: null } as const;
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

test("each delivery has exactly one outcome, after which nothing is sent and nothing changes", () => {
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
        expect(ends).toHaveLength(1);
        expect(log[log.length - 1]).toBe(ends[0]);
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
        const routes = given.filter(
          ({ proves }) => proves === "delivery" || bad === "refuse" || bad === "fail",
        );
        fc.pre(routes.length > 0);
        const { state, log, sends } = play(routes, () => bad, 2 * giveUpAfterMs);
        expect(state).toMatchObject({ outcome: "given-up", isUnreached: true });
        const first = log.findIndex(({ effect }) => effect.kind === "unreached");
        const sentBefore = sends.filter(({ at }) => at <= (log[first]?.at ?? 0));
        expect(new Set(sentBefore.map(({ channel }) => channel)).size).toBe(routes.length);
        expect(sentBefore.length).toBeLessThanOrEqual(routes.length * triesPerRouteMax);
      },
    ),
    { numRuns: 30 },
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
