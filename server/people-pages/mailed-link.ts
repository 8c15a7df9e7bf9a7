import type { FastifyBaseLogger } from "fastify";
import { siteTime } from "../pages/site-time.ts";
import type { Account, OneTimeLink } from "../people/people.ts";
import type { PeopleGround } from "../sign-in/ground.ts";

/**
 * Mails a one-time link to whom it is for, where mail and the public address are set up: an address that a request only claims goes into no mail. True where it was
 * handed over to be sent; whether it arrives, nobody waits for. The link stands in no log and no record.
 */
export function mailLink(
  { mailer, publicUrl, answers }: Pick<PeopleGround, "mailer" | "publicUrl" | "answers">,
  log: FastifyBaseLogger,
  account: Account,
  link: OneTimeLink,
): boolean {
  if (mailer === null || publicUrl === null) return false;
  const { site } = answers.here();
  const until = siteTime(site.timeZone).minute(link.expiresAt);
  const mail = {
    id: `link ${account.login} ${link.expiresAt}`,
    to: account.email,
    subject: `Your account at ${site.id}`,
    text: `${account.name},\n\nset the password of your account "${account.login}" here, once, until ${until}:\n\n${publicUrl}${link.path}\n\nIf you expect no account, tell whoever looks after the cold storage.\n`,
  };
  mailer.send(mail).catch((error: unknown) => {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    log.warn(
      { login: account.login, reason },
      "A one-time link could not be mailed; it has to be handed over",
    );
  });
  return true;
}
