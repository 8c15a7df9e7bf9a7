import { roleOf, type Principal } from "@coldkeep/core/people/principal.ts";
import { isAllowed, type Permission, type PersonRole } from "@coldkeep/core/people/roles.ts";

/** An entry of the navigation; who may not see its page does not see it. */
interface NavigationEntry {
  readonly section: string;
  readonly href: string;
  readonly text: string;
  readonly permission: Permission;
}

/** Everything that the head of each page leads to, in this order. A new page adds its line. */
export const navigation = [
  { section: "board", href: "/", text: "Board", permission: "board.read" },
  { section: "excursions", href: "/excursions", text: "Excursions", permission: "records.read" },
  { section: "units", href: "/units", text: "Units", permission: "records.read" },
  { section: "reports", href: "/reports", text: "Reports", permission: "records.read" },
  { section: "duty", href: "/on-duty", text: "On duty", permission: "records.read" },
  { section: "drills", href: "/drills", text: "Drills", permission: "records.read" },
  { section: "site", href: "/site", text: "Site", permission: "records.read" },
  { section: "work", href: "/work", text: "Units to decide", permission: "units.decide" },
  { section: "actions", href: "/actions", text: "Actions", permission: "records.read" },
  { section: "trail", href: "/trail", text: "Trail", permission: "trail.read" },
  { section: "people", href: "/people", text: "People", permission: "people.manage" },
] as const satisfies readonly NavigationEntry[];

/** The part of the navigation that a page belongs to. */
export type Section = (typeof navigation)[number]["section"] | "account" | "none";

/** What of the navigation somebody sees. Nobody sees what a wall display may show. */
export function navigationFor(viewer: Principal): readonly (typeof navigation)[number][] {
  const role = roleOf(viewer);
  return navigation.filter(({ section, permission }) =>
    role === null ? section === "board" : isAllowed(role, permission),
  );
}

/** Roles as people read them. */
export const roleWords: Readonly<Record<PersonRole, string>> = {
  storage: "Storage staff",
  "on-call": "On call",
  quality: "Quality officer",
  administrator: "Administrator",
  auditor: "Auditor",
};
