import type { Services } from "../http/services.ts";
import type { PageAnswers } from "../pages/page-answers.ts";

/** What the pages of drills need. */
export interface DrillPages {
  readonly services: Services;
  readonly answers: PageAnswers;
}

/** An appliance as people call it. */
export function applianceName({ site }: Pick<Services, "site">, id: string): string {
  return site()?.appliances.get(id)?.name ?? id;
}

/** A contact as people call them. */
export function contactName({ site }: Pick<Services, "site">, id: string): string {
  return site()?.site.contacts.find((contact) => contact.id === id)?.name ?? id;
}
