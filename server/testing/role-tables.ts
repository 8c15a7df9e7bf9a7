import { isAllowed, machineRoles, permissions, personRoles, type Role } from "@coldkeep/core/people/roles.ts";
import type { Access } from "../access/access.ts";
import type { DeclaredRoute } from "../access/guard.ts";

/** Whoever may stand before a route. */
export const callers: readonly Caller[] = ["nobody", ...personRoles, ...machineRoles];

/** A role, or nobody known. */
export type Caller = Role | "nobody";

/** True where a caller gets past the guard of a route. */
export function mayCall(caller: Caller, access: Access): boolean {
  if (access === "public") return true;
  return caller !== "nobody" && isAllowed(caller, access);
}

/** The tables of docs/roles.md by name, each a list of Markdown rows with its head. */
export function roleTables(routes: readonly DeclaredRoute[]): Readonly<Record<string, readonly string[]>> {
  const listed = routes.filter(({ method }) => method !== "HEAD");
  const rows = listed.map(
    ({ method, path, access }) => [`${path} ${method}`, routeRow(method, path, access)] as const,
  );
  const sorted = rows.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  const roles = callers.filter((caller) => caller !== "nobody");
  const names = Object.keys(permissions) as (keyof typeof permissions)[];
  return {
    permissions: [
      ...head(["permission", ...roles]),
      ...names.map((name) => row([`\`${name}\``, ...roles.map((role) => mark(isAllowed(role, name)))])),
    ],
    routes: [...head(["route", "permission", ...callers]), ...new Set(sorted)],
  };
}

function routeRow(method: string, path: string, access: Access): string {
  const needed = access === "public" ? "public" : `\`${access}\``;
  return row([`\`${method} ${path}\``, needed, ...callers.map((caller) => mark(mayCall(caller, access)))]);
}

const mark = (isYes: boolean): string => (isYes ? "yes" : "-");

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const head = (cells: readonly string[]): string[] => [row(cells), row(cells.map(() => "---"))];

/** The rows that stand in a page between `<!-- table: name -->` and the next blank line. */
export function tableIn(page: string, name: string): readonly string[] {
  const after = page.split(marker(name))[1];
  return after === undefined ? [] : (after.split("\n\n")[0] ?? "").split("\n").filter((line) => line !== "");
}

/** A page with its tables replaced. */
export function withTables(page: string, tables: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(tables).reduce((text, [name, rows]) => {
    const [before, after] = text.split(marker(name));
    if (before === undefined || after === undefined) return text;
    const rest = after.slice(after.indexOf("\n\n"));
    return `${before}${marker(name)}\n${rows.join("\n")}${rest}`;
  }, page);
}

const marker = (name: string): string => `<!-- table: ${name} -->`;
