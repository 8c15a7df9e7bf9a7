/** Roles of people (docs/roles.md). A person has one; who needs another gets another account. */
export const personRoles = ["storage", "on-call", "quality", "administrator", "auditor"] as const;

/** A role of a person. */
export type PersonRole = (typeof personRoles)[number];

/** Roles of machines: `gateway` reports readings, `api` reads and feeds units, `all` is for first use on one machine. */
export const machineRoles = ["gateway", "api", "all"] as const;

/** A role of a machine. */
export type MachineRole = (typeof machineRoles)[number];

/** Any role. */
export type Role = PersonRole | MachineRole;

/** What may be done, and by which roles. An administrator has no rights over records, an auditor changes nothing. */
export const permissions = {
  "board.read": ["storage", "on-call", "quality", "administrator", "auditor", "api"],
  "records.read": ["storage", "on-call", "quality", "auditor", "api"],
  "alarms.handle": ["storage", "on-call", "quality", "api"],
  "service.change": ["storage", "quality", "api"],
  "units.feed": ["storage", "quality", "api"],
  "units.decide": ["quality"],
  "batches.send": ["gateway"],
  "drills.plan": ["storage", "quality", "api"],
  /** To sign that a drill's record was reviewed. */
  "drills.review": ["quality"],
  "site.draft": ["storage", "quality"],
  "site.approve": ["quality"],
  "site.apply": ["api"],
  "trail.read": ["quality", "administrator", "auditor"],
  "trail.review": ["quality"],
  "people.manage": ["administrator"],
  /** What every signed-in person may do for themselves: password, second factor, sessions. */
  self: ["storage", "on-call", "quality", "administrator", "auditor"],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

/** A thing that may be done. */
export type Permission = keyof typeof permissions;

/** True where a role may do something; the role of first use may all that machines can be let do, and nothing that only a person can. */
export function isAllowed(role: Role, permission: Permission): boolean {
  if (role === "all") return !onlyPeople.has(permission);
  return (permissions[permission] as readonly Role[]).includes(role);
}

/** What no machine may do, whatever its role: it needs somebody who answers for it. */
const onlyPeople: ReadonlySet<Permission> = new Set([
  "site.draft",
  "site.approve",
  "drills.review",
  "trail.review",
  "people.manage",
  "self",
]);
