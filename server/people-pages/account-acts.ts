import { emailLengthMax, personNameLengthMax, whyLengthMax } from "@coldkeep/core/people/account-rules.ts";
import type { Person } from "@coldkeep/core/people/principal.ts";
import { type PersonRole, personRoles } from "@coldkeep/core/people/roles.ts";
import { html } from "ghtml";
import { type Choice, type FormErrors, formButtons, inputField, selectField } from "../pages/forms.ts";
import { roleWords } from "../pages/navigation.ts";
import type { Account, Accounts, OneTimeLink } from "../people/people.ts";

/** What an administrator may do with an account, as its page offers it. */
export interface AccountAct {
  readonly title: string;
  /** What comes of it. */
  readonly note: string;
  readonly submit: string;
  readonly danger?: boolean;
  readonly isOffered: (account: Account) => boolean;
  /** Fields besides the reason. */
  readonly fields?: (account: Account, form: URLSearchParams, errors: FormErrors) => string;
  /** Does it; a one-time link where one comes of it. */
  readonly perform: (
    accounts: Accounts,
    by: Person,
    login: string,
    form: URLSearchParams,
    why: string,
  ) => OneTimeLink | null;
  readonly done: string;
}

/** Choices of a person's role. */
export const roleChoices: readonly Choice[] = personRoles.map((role) => ({
  value: role,
  text: roleWords[role],
}));

/** The role in a form; null where it is none. */
export function roleIn(form: URLSearchParams): PersonRole | null {
  return personRoles.find((role) => role === form.get("role")) ?? null;
}

const quietly = (work: void): null => work ?? null;
const isUsed = ({ state }: Account): boolean => state !== "disabled";

/** All acts, by the last part of their address. */
export const accountActs: Readonly<Record<string, AccountAct>> = {
  role: {
    title: "Role",
    note: "Ends the sessions of this account: the next sign-in has the new role.",
    submit: "Change role",
    isOffered: isUsed,
    fields: (account, form, errors) =>
      selectField(
        {
          name: "role",
          label: "Role",
          value: form.get("role") ?? account.role,
          choices: roleChoices,
          form: "role",
        },
        errors,
      ),
    perform: (accounts, by, login, form, why) => {
      const { role } = accounts.of(login);
      return quietly(accounts.changeRole(by, login, roleIn(form) ?? role, why));
    },
    done: "The role was changed.",
  },
  describe: {
    title: "Name and email",
    note: "Records that are there already keep the name that was printed then.",
    submit: "Change",
    isOffered: isUsed,
    fields: (account, form, errors) =>
      inputField(
        {
          name: "name",
          label: "Printed name",
          value: form.get("name") ?? account.name,
          required: true,
          charactersMax: personNameLengthMax,
          form: "describe",
        },
        errors,
      ) +
      inputField(
        {
          name: "email",
          label: "Email address",
          type: "email",
          value: form.get("email") ?? account.email,
          required: true,
          charactersMax: emailLengthMax,
          form: "describe",
        },
        errors,
      ),
    perform: (accounts, by, login, form, why) => {
      const given = { name: (form.get("name") ?? "").trim(), email: (form.get("email") ?? "").trim() };
      return quietly(accounts.describe(by, login, given, why));
    },
    done: "Name and email were changed.",
  },
  unlock: {
    title: "Unlock",
    note: "Forgets the failed attempts.",
    submit: "Unlock",
    isOffered: ({ lockedUntil }) => lockedUntil !== null,
    perform: (accounts, by, login, _form, why) => quietly(accounts.unlock(by, login, why)),
    done: "The account was unlocked.",
  },
  password: {
    title: "New link",
    note: "Makes a one-time link to set a password. The present password and sessions end at once.",
    submit: "Make a new link",
    isOffered: isUsed,
    perform: (accounts, by, login, _form, why) => accounts.resetPassword(by, login, why),
    done: "The password was reset.",
  },
  "second-factor": {
    title: "Second factor lost",
    note: "Takes the second factor away, and ends the sessions; it is enrolled anew at the next sign-in.",
    submit: "Take second factor away",
    danger: true,
    isOffered: (account) => isUsed(account) && account.hasSecondFactor,
    perform: (accounts, by, login, _form, why) => quietly(accounts.resetSecondFactor(by, login, why)),
    done: "The second factor was taken away.",
  },
  identity: {
    title: "Single sign-on",
    note: "Lets go of the identity of the single sign-on; another may be bound at the next one.",
    submit: "Let go of the identity",
    danger: true,
    isOffered: (account) => isUsed(account) && account.hasIdentity,
    perform: (accounts, by, login, _form, why) => quietly(accounts.unbindIdentity(by, login, why)),
    done: "The identity was let go of.",
  },
  disable: {
    title: "Disable",
    note: "Ends all sessions and links at once. The account stays on record and can be enabled again.",
    submit: "Disable the account",
    danger: true,
    isOffered: isUsed,
    perform: (accounts, by, login, _form, why) => quietly(accounts.disable(by, login, why)),
    done: "The account was disabled.",
  },
  enable: {
    title: "Enable",
    note: "Makes a one-time link to set a new password.",
    submit: "Enable the account",
    isOffered: ({ state }) => state === "disabled",
    perform: (accounts, by, login, _form, why) => accounts.enable(by, login, why),
    done: "The account was enabled.",
  },
};

/** The field for the reason, which each change asks for. */
export function whyField(form: string, value: string, errors: FormErrors): string {
  return inputField(
    { name: "why", label: "Why", value, required: true, charactersMax: whyLengthMax, form },
    errors,
  );
}

/** The form of one act. */
export function actForm(name: string, account: Account, form: URLSearchParams, errors: FormErrors): string {
  const act = accountActs[name];
  if (act === undefined || !act.isOffered(account)) return "";
  const isWrong = Object.keys(errors).length > 0;
  return html`<details class="act" !${isWrong ? "open" : ""}>
    <summary>${act.title}</summary>
    <form class="form" method="post" action="/people/accounts/${account.login}/${name}">
      <p class="note">${act.note}</p>
      !${act.fields?.(account, form, errors) ?? ""} !${whyField(name, form.get("why") ?? "", errors)}
      !${formButtons({ submit: act.submit, danger: act.danger ?? false })}
    </form>
  </details>`;
}
