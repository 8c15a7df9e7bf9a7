import { lockoutFailures, lockoutFirstMs } from "@coldkeep/core/people/lockout.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { minuteMs } from "@coldkeep/core/time/millis.ts";
import type { TestPeople } from "../testing/test-people.ts";
import { personIn } from "./make-people.ts";
import type { Begun, Proof } from "./people.ts";

/** Who there is in the model: an administrator, a quality officer, storage staff and somebody on call. */
export const logins = ["admin", "quinn", "sam", "otto"] as const;

/** One of them. */
export type Login = (typeof logins)[number];

/** One person as the model knows them. */
export interface Known {
  state: "invited" | "active" | "disabled";
  password: string;
  /** The secret of the confirmed second factor. */
  secret: string | null;
  /** Codes not used yet. */
  recovery: string[];
  usedRecovery: string[];
  begun: Begun | null;
  /** Since when the session has not been used, and began. */
  seenAt: number;
  startedAt: number;
  failures: number;
  lockedUntil: number;
  lastCode: string;
  oldLinks: string[];
  link: string | null;
}

/** The real records, and beside them what the model holds to be so. */
export class World {
  real: TestPeople;
  readonly known = new Map<Login, Known>();
  readonly secrets = new Set<string>();
  readonly tokens = new Map<string, string>();
  readonly dead: Begun[] = [];
  readonly proofs: { proof: Proof; login: Login }[] = [];
  passwords = 0;

  constructor(real: TestPeople) {
    this.real = real;
  }

  get people() {
    return this.real.people;
  }

  get at(): number {
    return this.real.clock.epochMs();
  }

  of(login: Login): Known {
    const known = this.known.get(login);
    if (known === undefined) throw new TypeError(login);
    return known;
  }

  keep<Text extends string>(secret: Text): Text {
    this.secrets.add(secret);
    return secret;
  }

  isLive(login: Login): boolean {
    const { begun, seenAt, startedAt, state } = this.of(login);
    return (
      begun !== null &&
      state === "active" &&
      this.at < seenAt + 15 * minuteMs &&
      this.at < startedAt + 720 * minuteMs
    );
  }

  person(login: Login): Person | null {
    const { begun } = this.of(login);
    return begun === null ? null : personIn(begun.session);
  }

  /** True for a session that goes on under another token. */
  isGoingOn(id: string): boolean {
    return [...this.known.values()].some(({ begun }) => begun?.session.id === id);
  }

  /** Asks as the guard does. */
  ask(begun: Begun, url = "/live"): Person | null {
    const request = { cookies: { coldkeep: begun.token }, headers: {}, method: "GET", url };
    return this.people.personOf(request as never);
  }

  kill(login: Login): void {
    const known = this.of(login);
    if (known.begun !== null) this.dead.push(known.begun);
    known.begun = null;
  }

  begin(login: Login, begun: Begun): void {
    this.kill(login);
    const known = this.of(login);
    this.keep(begun.token);
    Object.assign(known, { begun, seenAt: this.at, startedAt: begun.session.startedAt });
  }

  fail(login: Login): void {
    const known = this.of(login);
    if (known.state !== "active" || this.at < known.lockedUntil) return;
    known.failures += 1;
    const over = known.failures - lockoutFailures;
    if (over >= 0) known.lockedUntil = this.at + Math.min(lockoutFirstMs * 2 ** over, 15 * minuteMs);
  }

  succeed(login: Login): void {
    Object.assign(this.of(login), { failures: 0, lockedUntil: 0 });
  }
}
