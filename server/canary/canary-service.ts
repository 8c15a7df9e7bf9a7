import { canaryMedia } from "@coldkeep/core/canary/canary-section.ts";
import type { Site } from "@coldkeep/core/site/site.ts";
import type { FastifyInstance } from "fastify";
import { answerMinutes } from "../answers/answer-page.ts";
import type { Channel, Reply } from "../channels/channel.ts";
import type { Services } from "../http/services.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import { makeCanaryEar } from "./canary-ear.ts";
import { newestBreaches } from "./canary-reads.ts";
import { makeCanaryRunner } from "./canary-runner.ts";

/** What the canary says that it will do, where it answers its own call. */
export const canaryPromise = "The canary was received";

/** What the canary's service works with. */
export interface CanaryServiceParts {
  readonly services: Services;
  /** Where its mails come in; null where nothing reads them. */
  readonly mailbox: Mailbox | null;
  readonly channels: readonly Channel[];
  /** The token by which the canary sends its readings. */
  readonly token: string;
  /** The HTTP side, once it is there. */
  readonly web: () => Pick<FastifyInstance, "inject">;
  readonly warn: (facts: Record<string, unknown>, message: string) => void;
}

/** The canary of a running server. */
export interface CanaryService {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  /** Takes a short message; false where it is none of the canary's. */
  readonly reply: (reply: Reply) => Promise<boolean>;
  /** What keeps the canary from being received, each for a person; empty where nothing does, or the site has none. */
  readonly problems: () => readonly string[];
}

/** Makes the canary of a server. */
export function makeCanaryService(parts: CanaryServiceParts): CanaryService {
  const { services, mailbox, token, web, warn, channels } = parts;
  let answering = 0;
  const runner = makeCanaryRunner({
    services,
    isAnswering: () => answering > 0,
    warn,
    send: async (batch) => {
      const { statusCode, payload } = await web().inject({
        method: "POST",
        url: "/v1/batches",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        payload: JSON.stringify(batch),
      });
      return { status: statusCode, text: payload };
    },
  });
  const ear = makeCanaryEar({
    services,
    key: services.answerKey,
    answer: async (link) => {
      answering += 1;
      try {
        const answer = { what: canaryPromise, minutes: String(answerMinutes[0]) };
        const { statusCode } = await web().inject({
          method: "POST",
          url: `/a/${link}`,
          headers: { "content-type": "application/x-www-form-urlencoded" },
          payload: new URLSearchParams(answer).toString(),
        });
        if (statusCode !== 200)
          warn({ status: statusCode }, "the canary could not answer by the link of its message");
      } finally {
        answering -= 1;
      }
    },
  });
  const problems = (): readonly string[] =>
    problemsOf(services.site()?.site, channels, mailbox, () => isAnswered(services));
  return {
    reply: ear.reply,
    problems,
    start: () => {
      for (const problem of problems()) warn({ problem }, "the canary cannot be received as things are");
      mailbox?.start(async (mail) => void (await ear.mail(mail)));
      runner.start();
    },
    stop: async () => {
      await mailbox?.stop();
      await runner.stop();
    },
  };
}

function problemsOf(
  site: Site | undefined,
  channels: readonly Channel[],
  mailbox: Mailbox | null,
  isAnsweredElsewhere: () => boolean,
): readonly string[] {
  const section = site?.canary;
  if (section === undefined) return [];
  const found = canaryMedia(section).flatMap((medium) =>
    channels.some((channel) => channel.medium === medium)
      ? []
      : [`No channel of the settings sends ${medium === "email" ? "mails" : "short messages"}.`],
  );
  if (section.email === undefined) return found;
  if (mailbox === null && isAnsweredElsewhere()) return found;
  if (mailbox === null)
    return [
      ...found,
      `Nothing reads the mailbox of ${section.email}: name it in the settings (canary: { mailbox: ... }).`,
    ];
  const { isWorking, detail } = mailbox.status();
  return isWorking ? found : [...found, `The mailbox of the canary: ${detail}`];
}

/** Newest breaches that are looked through for an answer. */
const answersLookedAtMax = 5;

/** True where somebody else, a person or an automation, has answered one of the last mails. */
function isAnswered({ database }: Pick<Services, "database">): boolean {
  return newestBreaches(database, answersLookedAtMax).some(({ ways }) =>
    ways.some(({ medium, receipt }) => medium === "email" && receipt !== null),
  );
}
