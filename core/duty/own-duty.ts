import { isSame } from "../site/dated.ts";
import type { Site } from "../site/site.ts";

/**
 * True where all that a change of the site does is put somebody on duty for a while by their own will: overrides are added after those that there are, and who takes
 * over in each is the contact of that account.
 */
export function isOwnDuty(before: Site, after: Site, login: string): boolean {
  if (!isSame({ ...before, rotas: undefined }, { ...after, rotas: undefined })) return false;
  if (login === "") return false;
  const rotas = after.rotas ?? [];
  if (rotas.length !== (before.rotas ?? []).length) return false;
  const own = new Set(after.contacts.filter((contact) => contact.login === login).map(({ id }) => id));
  return (before.rotas ?? []).every((rota, index) => {
    const { overrides: known = [], ...plain } = rota;
    const { overrides = [], ...rest } = rotas[index] ?? { id: "" };
    const added = overrides.slice(known.length);
    return (
      isSame(plain, rest) &&
      isSame(known, overrides.slice(0, known.length)) &&
      added.every(({ who }) => who !== undefined && own.has(who))
    );
  });
}
