/** What an action of the trail is called, and whether a periodic review looks at each of them. */
interface ActionWords {
  readonly text: string;
  /** True for what a review shows one by one: changes of limits and settings, releases, alarms that were silenced, refused sign-ins, accounts and tokens. */
  readonly isException?: true;
}

const exception = (text: string): ActionWords => ({ text, isException: true });
const usual = (text: string): ActionWords => ({ text });

/** Every action that the sources write, in words. Whatever writes another action adds it here. */
const words: Readonly<Record<string, ActionWords>> = {
  "account.created": exception("Account made"),
  "account.described": exception("Name or email of an account changed"),
  "account.disabled": exception("Account disabled"),
  "account.enabled": exception("Account enabled again"),
  "account.identity-bound": usual("Account bound to an identity of the single sign-on"),
  "account.identity-unbound": exception("Account let go of its identity of the single sign-on"),
  "account.password-changed": usual("Password changed"),
  "account.password-reset": exception("Password reset by an administrator"),
  "account.password-set": usual("Password set by a one-time link"),
  "account.recovery-codes-renewed": usual("Recovery codes renewed"),
  "account.reset-by-command": exception("Administrator let in again by a command on the server's machine"),
  "account.role-changed": exception("Role of an account changed"),
  "account.second-factor-enrolled": usual("Second factor set up"),
  "account.second-factor-lost": exception("Second factor lost with its key"),
  "account.second-factor-removed": exception("Second factor removed"),
  "account.second-factor-reset": exception("Second factor reset by an administrator"),
  "account.unlocked": exception("Account unlocked"),
  "alarm.acknowledged": usual("Alarm acknowledged"),
  "alarm.covers": usual("Alarm covers others"),
  "alarm.raised": usual("Alarm raised"),
  "alarm.realarmed": usual("Alarm called again"),
  "alarm.removed-from-service": exception("Alarm taken out of service"),
  "alarm.reported-by-gateway": usual("Alarm reported by a gateway"),
  "alarm.reset": usual("Alarm reset"),
  "alarm.returned": usual("Alarm over: back to normal"),
  "alarm.returned-to-service": usual("Alarm put back into service"),
  "alarm.shelved": exception("Alarm shelved"),
  "alarm.suppressed": usual("Alarm suppressed by design"),
  "alarm.unshelved": usual("Alarm no longer shelved"),
  "alarm.unsuppressed": usual("Alarm no longer suppressed"),
  "alarm.worsened": usual("Alarm became worse"),
  "appliance.removed-from-service": exception("Appliance taken out of service"),
  "appliance.returned-to-service": usual("Appliance put back into service"),
  "choices.changed": exception("List of reasons or causes changed"),
  "contact.tested": usual("Test message sent to a contact"),
  "corrective.cancelled": exception("Corrective action cancelled"),
  "corrective.done": usual("Corrective action done"),
  "corrective.planned": usual("Corrective action planned"),
  "drill.alarm": usual("Alarm of a drill raised, answered or over"),
  "drill.ended": usual("Drill over"),
  "drill.planned": usual("Drill planned"),
  "drill.started": usual("Drill began"),
  "excursion.closed": usual("Excursion closed"),
  "excursion.extended": usual("Excursion longer than was known"),
  "excursion.merged": usual("Excursion merged into another"),
  "excursion.opened": usual("Excursion opened"),
  "excursion.reopened": usual("Excursion opened again"),
  "excursion.revised": usual("Figures of an excursion revised"),
  "excursion.shortened": usual("Excursion shorter than was known"),
  "excursion.split": usual("Excursion split from another"),
  "excursion.withdrawn": exception("Excursion withdrawn"),
  "hold.placed": usual("Unit put on hold"),
  "hold.unexposed": usual("Held unit shown not exposed"),
  "holds.confirmed": usual("Holds confirmed by the blood-bank system"),
  "proposal.approved": exception("Change of the site approved"),
  "proposal.drafted": usual("Change of the site drafted"),
  "proposal.edited": usual("Draft of a change edited"),
  "proposal.rejected": usual("Change of the site rejected"),
  "proposal.superseded": usual("Draft of a change superseded"),
  "proposal.tested": usual("Change of the site back-tested"),
  "proposal.withdrawn": usual("Draft of a change withdrawn"),
  "report.made": usual("Report made"),
  "session.advanced": usual("Next step of signing in"),
  "session.all-ended": usual("All sessions of an account ended"),
  "session.begun": usual("Signed in"),
  "session.ended": usual("Session ended"),
  "settings.changed": exception("Settings of the server changed"),
  "sign-in.refused": exception("Sign-in refused"),
  "signature.made": usual("Signed"),
  "site.applied": exception("Site put in force: master data changed"),
  "token.created": exception("Token of a machine made"),
  "token.revoked": exception("Token of a machine revoked"),
  "unit.discard": usual("Held unit discarded"),
  "unit.moved": usual("Unit moved"),
  "unit.registered": usual("Unit registered or corrected"),
  "unit.release": exception("Held unit released"),
  "units.fed": usual("Units and movements taken in"),
};

/** Groups of actions: what stands before the point, in words. */
export const groupWords: Readonly<Record<string, string>> = {
  account: "Accounts",
  alarm: "Alarms",
  appliance: "Appliances in and out of service",
  choices: "Lists of reasons and causes",
  contact: "Contacts",
  corrective: "Corrective actions",
  drill: "Drills",
  excursion: "Excursions",
  hold: "Holds",
  holds: "Holds confirmed elsewhere",
  proposal: "Proposed changes of the site",
  report: "Reports",
  session: "Sessions",
  settings: "Settings of the server",
  "sign-in": "Refused sign-ins",
  signature: "Signatures",
  site: "Site and master data",
  token: "Tokens of machines",
  unit: "Units",
  units: "Feeds of units",
};

/** All actions that have words. */
export const knownActions: readonly string[] = Object.keys(words);

/** What a review looks at one by one. */
export const exceptionActions: readonly string[] = knownActions.filter(
  (action) => words[action]?.isException,
);

/** An action in words; one of an older program that has none reads as it is written. */
export function actionText(action: string): string {
  return words[action]?.text ?? action;
}

/** True for what a review looks at one by one; so for an action that has no words. */
export function isException(action: string): boolean {
  return words[action] === undefined || words[action].isException === true;
}

/** The group of an action. */
export function groupOf(action: string): string {
  return action.slice(0, Math.max(0, action.indexOf(".")));
}
