import fc from "fast-check";
import { expect, test } from "vitest";
import { dayMs, hourMs, minuteMs } from "../time/millis.ts";
import { refuseDisable, refuseRole, type RuledAccount } from "./account-rules.ts";
import {
  afterFailure,
  isLocked,
  type Lockout,
  lockoutFailures,
  lockoutFirstMs,
  lockoutLongestMs,
  noFailures,
} from "./lockout.ts";
import { passwordLengthMax, passwordLengthMin, refusePassword } from "./password-rules.ts";
import { personRoles } from "./roles.ts";
import { isSessionOver, sessionEndsAt } from "./session-policy.ts";

test("five failures lock for a minute, each further one for twice as long, up to the bound", () => {
  let lockout: Lockout = noFailures;
  let at = dayMs;
  const lengths: number[] = [];
  for (let failure = 1; failure <= 12; failure += 1) {
    lockout = afterFailure(lockout, at);
    if (lockout.lockedUntil !== null) {
      lengths.push((lockout.lockedUntil - at) / minuteMs);
      at = lockout.lockedUntil;
    }
  }
  expect(lengths).toEqual([1, 2, 4, 8, 15, 15, 15, 15]);
});

test("however the guesses are spread, a day has room for few of them", () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 20 * minuteMs }), { minLength: 50, maxLength: 2_000 });
  fc.assert(
    fc.property(pauses, (list) => {
      let lockout: Lockout = noFailures;
      let at = dayMs;
      let tried = 0;
      for (const pause of list) {
        at += pause;
        if (at > 2 * dayMs) break;
        if (isLocked(lockout, at)) {
          expect(afterFailure(lockout, at)).toBe(lockout);
          continue;
        }
        const next = afterFailure(lockout, at);
        tried += 1;
        expect(next.failures).toBe(lockout.failures + 1);
        if (next.lockedUntil !== null) {
          expect(next.failures).toBeGreaterThanOrEqual(lockoutFailures);
          expect(next.lockedUntil - at).toBeGreaterThanOrEqual(lockoutFirstMs);
          expect(next.lockedUntil - at).toBeLessThanOrEqual(lockoutLongestMs);
        }
        lockout = next;
      }
      expect(tried).toBeLessThanOrEqual(lockoutFailures + 4 + dayMs / lockoutLongestMs);
    }),
  );
});

const strong = (): number => 4;
const anna = { login: "anna.p", name: "Anna Peeters", email: "apeeters@example.org" };

test("passwords: length, nothing personal, strength", () => {
  expect(refusePassword("x".repeat(passwordLengthMin - 1), anna, strong)).toBe("password.length");
  expect(refusePassword("x".repeat(passwordLengthMin), anna, strong)).toBeNull();
  expect(refusePassword("x".repeat(passwordLengthMax), anna, strong)).toBeNull();
  expect(refusePassword("x".repeat(passwordLengthMax + 1), anna, strong)).toBe("password.length");
  expect(refusePassword("long-ANNA.P-enough", anna, strong)).toBe("password.personal");
  expect(refusePassword("my-peeters-password", anna, strong)).toBe("password.personal");
  expect(refusePassword("long-enough-it-is", anna, () => 2)).toBe("password.weak");
  expect(refusePassword("long-enough-it-is", anna, () => 3)).toBeNull();
});

test("sessions end by inactivity, by age, and soon between two steps", () => {
  const limits = { idleEnd: 15 * minuteMs, sessionMax: 12 * hourMs };
  const full = { startedAt: dayMs, lastSeenAt: dayMs + hourMs, isFull: true };
  expect(sessionEndsAt(full, limits)).toBe(dayMs + hourMs + 15 * minuteMs);
  expect(sessionEndsAt({ ...full, lastSeenAt: dayMs + 12 * hourMs - 1 }, limits)).toBe(dayMs + 12 * hourMs);
  expect(sessionEndsAt({ ...full, isFull: false }, limits)).toBe(dayMs + 10 * minuteMs);
  expect(isSessionOver(full, limits, dayMs + hourMs + 15 * minuteMs - 1)).toBe(false);
  expect(isSessionOver(full, limits, dayMs + hourMs + 15 * minuteMs)).toBe(true);
  expect(isSessionOver(full, limits, dayMs - hourMs)).toBe(true);
});

test("whatever administrators do to one another, one of them stays active", () => {
  const logins = ["a", "b", "c", "d"];
  const acts = fc.array(
    fc.record({
      by: fc.constantFrom(...logins),
      of: fc.constantFrom(...logins),
      role: fc.option(fc.constantFrom(...personRoles)),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(acts, (list) => {
      let accounts: RuledAccount[] = logins.map((login) => ({
        login,
        role: "administrator",
        state: "active",
      }));
      for (const { by, of, role } of list) {
        const actor = accounts.find(({ login }) => login === by);
        if (actor?.role !== "administrator" || actor.state !== "active") continue;
        const refusal = role === null ? refuseDisable(accounts, of, by) : refuseRole(accounts, of, role, by);
        if (by === of) expect(refusal).not.toBeNull();
        if (refusal !== null) continue;
        accounts = accounts.map((each): RuledAccount => {
          if (each.login !== of) return each;
          return role === null ? { ...each, state: "disabled" } : { ...each, role };
        });
        const active = accounts.filter((each) => each.role === "administrator" && each.state === "active");
        expect(active.length).toBeGreaterThan(0);
      }
    }),
  );
});

test("the last administrator is told so", () => {
  const accounts: RuledAccount[] = [
    { login: "a", role: "administrator", state: "active" },
    { login: "b", role: "administrator", state: "invited" },
  ];
  expect(refuseDisable(accounts, "a", "b")).toBe("account.last-administrator");
  expect(refuseRole(accounts, "a", "auditor", "b")).toBe("account.last-administrator");
  expect(refuseRole(accounts, "a", "administrator", "b")).toBeNull();
  expect(refuseRole(accounts, "b", "auditor", "a")).toBeNull();
  expect(refuseRole(accounts, "a", "auditor", "a")).toBe("account.own-role");
});
