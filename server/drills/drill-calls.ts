import { contactsOf } from "@coldkeep/core/duty/people-of.ts";
import { type ChannelFact, routesBy, waysTo } from "@coldkeep/core/duty/reach.ts";
import type { Language, Medium } from "@coldkeep/core/duty/media.ts";
import type { DrillPlan } from "@coldkeep/core/drills/drill.ts";
import type { ExpectedAlarm } from "@coldkeep/core/drills/foretell.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { Route } from "@coldkeep/core/summons/delivery.ts";
import { choosePolicy } from "@coldkeep/core/summons/choose-policy.ts";
import type { Policy } from "@coldkeep/core/summons/policy-section.ts";
import { standardDeliverWithinMs } from "@coldkeep/core/summons/policy-section.ts";
import type { EpochMs } from "@coldkeep/core/time/millis.ts";
import { type DrillNews, writeDrillNews } from "@coldkeep/core/wording/drill-news.ts";
import type { Commit } from "../journal/committer.ts";
import type { SiteBook } from "../site/site-book.ts";
import type { Database } from "../store/database.ts";
import { contactsCalled, everybody } from "../summons/callees.ts";
import type { DeliveryBook } from "../summons/delivery-book.ts";
import { textFor } from "../summons/text-for.ts";

/** The policy by which a drill calls: that of its appliance, for the alarm that its trace raises. Null: everybody at once. */
export function policyOfDrill(site: Site, plan: DrillPlan, { kind, severity }: ExpectedAlarm): Policy | null {
  return choosePolicy(site.policies ?? [], { kind, severity, appliance: plan.appliance });
}

/** All whom a policy may call at an instant, in whatever step. */
export function peopleOf(site: Site, policy: Policy | null, at: EpochMs): string[] {
  if (policy === null) return site.contacts.map(({ id }) => id);
  const found = policy.steps.flatMap(({ call }) => call.flatMap((callee) => contactsOf(site, callee, at)));
  return [...new Set(found.map(({ id }) => id))];
}

interface Recipient {
  readonly contact: string;
  readonly medium: Medium;
  readonly language: Language;
  readonly address: string;
  readonly routes: readonly Route[];
}

/** What news of a drill are told with. */
export interface NewsParts {
  readonly database: Database;
  readonly deliveries: DeliveryBook;
  readonly channels: () => readonly ChannelFact[];
  readonly site: () => SiteBook;
  readonly pages: () => string | null;
}

/** Tells people of a drill itself. Nobody is rung up for that, and nobody is asked to answer. */
export function makeDrillTeller({ database, deliveries, channels, site, pages }: NewsParts) {
  const addressOf = database.prepare("SELECT address FROM notifications WHERE id = ?");

  const owe = (commit: Commit, plan: DrillPlan, news: DrillNews, people: readonly Recipient[]): void => {
    const name = site().appliances.get(plan.appliance)?.name ?? plan.appliance;
    const base = pages()?.replace(/\/+$/u, "") ?? null;
    const record = base === null ? null : `${base}/drills/${plan.id}`;
    const write = writeDrillNews(news, { id: plan.appliance, name }, record);
    for (const { contact, medium, language, address, routes } of people) {
      deliveries.owe(commit, {
        id: `${plan.id}.${news.kind}.${contact}.${medium}`,
        about: plan.id,
        contact,
        medium,
        language,
        thread: plan.id,
        address,
        ...textFor(write(language), medium),
        routes,
        deliverWithinMs: standardDeliverWithinMs,
        summons: null,
        drill: plan.id,
      });
    }
  };

  return {
    /** Tells those whom the policy may call that it begins, each by the way that they like best. */
    begins: (commit: Commit, plan: DrillPlan, policy: Policy | null): void => {
      const { site: given } = site();
      const people =
        policy === null
          ? everybody(given)
          : contactsCalled(
              given,
              policy.steps.flatMap(({ call }) => call),
              commit.at,
            );
      const told = people.flatMap(({ id, language, addresses }) => {
        const quiet = addresses.filter(({ medium }) => medium !== "voice");
        const [way] = waysTo(
          quiet,
          quiet.slice(0, 1).map(({ medium }) => medium),
          channels(),
        );
        if (way === undefined) return [];
        return [{ contact: id, language, ...way }];
      });
      owe(commit, plan, { kind: "begins" }, told);
    },
    /** Tells those who were told anything of it that it is over, by the ways by which they were told. */
    over: (commit: Commit, plan: DrillPlan, news: DrillNews): void => {
      const told = new Map<string, Recipient>();
      for (const { id, contact, medium, language, state } of deliveries.ofDrill(plan.id)) {
        if (medium === "voice" || state.outcome === "withdrawn") continue;
        const address = String(addressOf.get(id)?.["address"]);
        const routes = routesBy({ medium, address }, channels());
        told.set(`${contact} ${medium}`, { contact, medium, language, address, routes });
      }
      owe(commit, plan, news, [...told.values()]);
    },
  };
}
