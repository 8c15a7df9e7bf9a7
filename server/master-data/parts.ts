import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import { actorOf, type Person } from "@coldkeep/core/people/principal.ts";
import type { Services } from "../http/services.ts";
import type { PageAnswers } from "../pages/page-answers.ts";
import type { Actor } from "../proposals/proposal.ts";

/** What the pages of master data work with. */
export interface MasterDataParts {
  readonly services: Services;
  readonly answers: PageAnswers;
  /** The channels that work at the moment. */
  readonly channels: () => readonly ChannelFact[];
}

/** A person as proposals name who acts. */
export function personActor(person: Person): Actor {
  return { actor: actorOf(person), name: person.name, role: person.role };
}
