import { actorOf, type Person } from "@coldkeep/core/people/principal.ts";
import type { Services } from "../http/services.ts";
import type { PageAnswers } from "../pages/page-answers.ts";
import type { Actor } from "../proposals/proposal.ts";

/** What the pages of master data work with. */
export interface MasterDataParts {
  readonly services: Services;
  readonly answers: PageAnswers;
}

/** A person as proposals name who acts. */
export function personActor(person: Person): Actor {
  return { actor: actorOf(person), name: person.name, role: person.role };
}
