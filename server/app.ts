import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock, Random } from "@coldkeep/core/time/clock.ts";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { checkSettings } from "@coldkeep/core/settings/settings.ts";
import { type Site, siteSchema } from "@coldkeep/core/site/site.ts";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { parse } from "yaml";
import { type DurationMs, secondMs } from "@coldkeep/core/time/millis.ts";
import type { Services } from "./http/services.ts";
import { buildWeb } from "./http/web.ts";
import { openInfluxLinks } from "./influx/influx-links.ts";
import { judgeProjection } from "./influx/projection-alarm.ts";
import { type InfluxService, makeInfluxService } from "./influx/influx-service.ts";
import { bloodBankLink } from "./hold-feed/fhir-blood-bank.ts";
import { makeHoldFeed } from "./hold-feed/hold-feed.ts";
import { judgeHoldFeed } from "./hold-feed/unconfirmed-alarm.ts";
import type { ChannelFact } from "@coldkeep/core/duty/reach.ts";
import { makeDrillRunner } from "./drills/drill-runner.ts";
import { watchDuty } from "./duty-pages/duty-alarm.ts";
import { judgeBackups } from "./backup/backup-alarm.ts";
import { backupProcess } from "./backup/backup-process.ts";
import { reportAttachments } from "./period/report-mail.ts";
import { periodProcess } from "./period/period-process.ts";
import { keepPeriodReports } from "./period/period-reports.ts";
import { scheduleBackups } from "./backup/scheduled-backups.ts";
import { appendHeads } from "./heads/head-file.ts";
import { type HeadKeeper, makeHeadKeeper } from "./heads/head-keeper.ts";
import { composeInside, type Inside } from "./inside.ts";
import { makeTicker, type Ticker } from "./judging/ticker.ts";
import { type Heartbeat, httpBeat, type LifeSign, makeHeartbeat } from "./heartbeat/heartbeat.ts";
import { isOfCanary } from "./alarms/policy-of.ts";
import { withCanary } from "./canary/canary-identity.ts";
import { makeCanaryService } from "./canary/canary-service.ts";
import { watchCanary } from "./canary/canary-metrics.ts";
import type { Mailbox } from "./mailbox/mailbox.ts";
import { drawToken } from "./people/one-time-token.ts";
import { openAnswerKey } from "./answers/answer-key.ts";
import { makeAnswerFiller } from "./answers/fill-answers.ts";
import { readReply, takeReply } from "./answers/take-reply.ts";
import { type Channel, factOf } from "./channels/channel.ts";
import { openChannels } from "./channels/open-channel.ts";
import { watchReturnedMails } from "./channels/watch-returned-mails.ts";
import { watchMailboxes } from "./mailbox/mailbox-alarm.ts";
import { imapSessions } from "./mailbox/imap-session.ts";
import { readMailbox } from "./mailbox/read-mailbox.ts";
import { storedMarks } from "./mailbox/mailbox-marks.ts";
import { mailerChannel } from "./notify/mailer-channel.ts";
import { type ChannelEar, makeChannelEar } from "./summons/channel-events.ts";
import { type Dispatcher, makeDispatcher, type Mailer } from "./notify/dispatcher.ts";
import { smtpMailer } from "./notify/smtp-mailer.ts";
import { openSealKey } from "./reports/seal-key.ts";
import { sliceBacktest, threadBacktest } from "./proposals/backtest-thread.ts";
import { makeProposals } from "./proposals/proposals.ts";
import { makeSingleSignOn } from "./oidc/single-sign-on.ts";
import { makePeople } from "./people/make-people.ts";
import { zxcvbnStrength } from "./people/password-strength.ts";
import { makePasswords, type Passwords } from "./people/passwords.ts";
import { openPeopleKey } from "./people/people-key.ts";
import type { People } from "./people/people.ts";
import { sessionCookieFor } from "./people/session-cookie.ts";
import { isSecure } from "./security/security-settings.ts";
import { makeWebSecurity } from "./security/web-security.ts";
import { recordSettings } from "./settings/settings-history.ts";
import { shownSettings } from "./settings/shown-settings.ts";
import { isAppliedAlready, settingsActor } from "./site/settings-site.ts";
import type { ServerSettings } from "./settings/server-settings.ts";
import { type Database, openDatabase } from "./store/database.ts";
import { openFolderFiles } from "./unit-folder/folder-files.ts";
import { watchFolder } from "./unit-folder/watched-folder.ts";

/** What the server runs on. */
export interface ServerPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Stands in for the SMTP mailer of the settings. */
  readonly mailer?: Mailer;
  /** Stand in for all channels of the settings. */
  readonly channels?: readonly Channel[];
  /** Stands in for the canary's mailbox of the settings. */
  readonly mailbox?: Mailbox;
  /** Spreads pauses; without one they are all of middle length. */
  readonly random?: Random;
  /** Reads the journal for InfluxDB in a thread of its own, so that it takes no time from ingest. */
  readonly isThreaded?: boolean;
  /** What is younger is never asked of InfluxDB, in ms; `hotWindowMs` where nothing is said. */
  readonly hotMs?: DurationMs;
  /** Stands in for argon2id at its full cost. */
  readonly passwords?: Passwords;
  /** Tells whoever starts the server one thing that no log keeps: the first administrator's link. */
  readonly tell?: (text: string) => void;
}

/** A running server. */
export interface Server {
  /** Starts listening; returns the address, e.g. `http://127.0.0.1:8080`. */
  readonly start: () => Promise<string>;
  readonly stop: () => Promise<void>;
  /** Reads the certificate of TLS anew; a bad one leaves the one before in use. */
  readonly reload: () => void;
  readonly services: Services;
  readonly ticker: Ticker;
  /** Takes the chains' daily heads. */
  readonly headKeeper: HeadKeeper;
  /** Null without InfluxDB in the settings. */
  readonly influx: InfluxService | null;
  /** The HTTP side, which answers injected requests without listening. */
  readonly web: FastifyInstance;
}

/** Puts the server together on its records. Nothing listens or ticks before `start`. */
export async function makeServer(
  settings: ServerSettings,
  {
    clock,
    logger,
    mailer: given,
    channels: givenChannels,
    mailbox: givenMailbox,
    random = () => 0.5,
    isThreaded = false,
    hotMs,
    passwords,
    tell,
  }: ServerPorts,
): Promise<Server> {
  mkdirSync(settings.data, { recursive: true });
  const recordsPath = join(settings.data, "records.sqlite");
  const reportFolder = settings.periodReports?.folder ?? join(settings.data, "reports");
  if (settings.periodReports?.folder === undefined) mkdirSync(reportFolder, { recursive: true });
  const database = openDatabase(recordsPath);
  const parts = { database, recordsPath, clock, random, logger, isThreaded, hotMs };
  const links =
    settings.influx === undefined ? undefined : openInfluxLinks({ ...parts, settings: settings.influx });
  const inside = composeInside(database, clock, undefined, links, settings.units.components);
  const mailer = given ?? (settings.mail === undefined ? null : smtpMailer(settings.mail));
  const channels = givenChannels ?? [
    ...(given === undefined ? [] : [mailerChannel(given)]),
    ...openChannels(given === undefined ? settings : { ...settings, mail: undefined }, {
      clock,
      publicUrl: settings.publicUrl ?? null,
      warn: (facts, message) => logger.warn(facts, message),
      marks: (purpose, mailbox) => storedMarks(database, purpose, mailbox),
    }),
  ];
  inside.begin(settings.publicUrl ?? null, channels.map(factOf));
  recordSettings(inside, shownSettings(settings));
  if (settings.site !== undefined) applySettingsSite(inside, readSiteFile(settings.site));
  const people = openPeople(settings, inside, passwords, logger);
  const canaryToken = drawToken();
  const services: Services = {
    ...inside,
    unitSettings: settings.units,
    sealKey: openSealKey(settings.data),
    answerKey: openAnswerKey(settings.data),
    proposals: makeProposals({
      store: inside.proposalStore,
      acts: inside.proposalActs,
      clock,
      site: inside.site,
      rehearse: inside.rehearseSite,
      run: isThreaded ? threadBacktest(recordsPath) : sliceBacktest(database),
    }),
    people,
    singleSignOn: settings.people.oidc === undefined ? null : makeSingleSignOn(settings.people.oidc, clock),
    identities: withCanary(canaryToken, { machine: people.tokens.machine, person: people.personOf }),
    isHistoryFallenBack: links?.isFallenBack ?? (() => false),
  };
  const { committer, engine, metrics, journal, alarms } = services;
  const heads = keepHeads(settings, services, logger);
  const ticker = makeTicker(clock, committer, engine, (error) => {
    logger.error({ err: error }, "a tick could not be judged; trying again in a second");
  });
  const drillRunner = makeDrillRunner(services, (error) => {
    logger.error({ err: error }, "a drill could not be looked at; trying again in a second");
  });
  const canary = makeCanaryService({
    services,
    mailbox: givenMailbox ?? canaryMailbox(settings, database, clock, logger),
    channels,
    token: canaryToken,
    web: () => web,
    warn: (facts, message) => logger.warn(facts, message),
  });
  watchCanary(services);
  const ear = makeChannelEar({
    ...services,
    channels,
    reply: async (reply) => {
      if (await canary.reply(reply)) return;
      const medium = channels.find(({ id }) => id === reply.channel)?.medium;
      const by = medium === "sms" || medium === "voice" ? medium : "chat";
      const taken = readReply({ ...services, key: services.answerKey }, reply, by, clock.epochMs());
      if (taken.outcome !== "taken")
        logger.warn(
          { channel: reply.channel, outcome: taken.outcome },
          "a reply took nothing on; it is kept with the alarms' records",
        );
      takeReply(services, taken);
    },
    note: (facts, message) => logger.info(facts, message),
  });
  const dispatcher = startDispatcher(
    services,
    logger,
    channels,
    ear,
    reportFolder,
    settings.publicUrl ?? null,
  );
  const influx =
    settings.influx === undefined || links === undefined
      ? null
      : makeInfluxService(settings.influx, links, services, logger, recordsPath);
  metrics.watch("coldkeep_journal_sequence", "Newest journal entry", () => journal.head().sequence);
  metrics.watch("coldkeep_notifications_owed", "Messages owed and not sent", () =>
    services.deliveries.owed(),
  );
  watchReturnedMails(metrics, channels);
  metrics.watch("coldkeep_drills_under_way", "Drills that call people at the moment", () =>
    services.drills.rows.underWay() === null ? 0 : 1,
  );
  metrics.watch(
    "coldkeep_notes_withheld",
    "Short notes to people not sent since the start because their hour's were used up",
    services.notes.withheld,
  );
  metrics.watch(
    "coldkeep_alarms_under_way",
    "Alarms that are not over",
    () => alarms.underWay().filter((alarm) => !isOfCanary(alarm)).length,
  );
  const backups =
    settings.backup === undefined
      ? null
      : scheduleBackups(
          settings.backup,
          backupProcess(settings.data, settings.backup, () => inside.site()?.site.site ?? null, clock),
          services,
          logger,
        );
  const holdFeed =
    settings.holdFeed === undefined
      ? null
      : makeHoldFeed({
          ...services,
          link: bloodBankLink(settings.holdFeed, services),
          confirmWithinMs: settings.holdFeed.confirmWithin,
          warn: (facts, message) => logger.warn(facts, message),
        });
  const { folder } = settings.units;
  const unitFolder =
    folder === undefined
      ? null
      : watchFolder({ services, files: openFolderFiles(folder.path), every: folder.every, logger });
  metrics.watch(
    "coldkeep_holds_unconfirmed",
    "Units whose holds the blood-bank system has not confirmed",
    () => holdFeed?.owed() ?? 0,
  );
  // Where none is wanted any more, none is behind or overdue.
  if (influx === null) judgeProjection(services, { isBehind: false, behindMs: 0, reason: null });
  if (holdFeed === null)
    judgeHoldFeed(services, { isUnconfirmed: false, units: 0, behindMs: 0, reason: null });
  if (backups === null) judgeBackups(services, { isOverdue: false, ageMs: null, reason: null });
  const periodReports = keepPeriodReports(
    settings.periodReports ?? null,
    reportFolder,
    settings.publicUrl?.replace(/\/+$/, "") ?? null,
    periodProcess(settings.data, reportFolder, clock),
    services,
    logger,
  );
  metrics.watch(
    "coldkeep_period_report_failures",
    "Reports of periods that failed since the start",
    periodReports.failures,
  );
  const heartbeat = beatFor(settings, services, logger, [
    { what: "a look at the deadlines", lastAt: ticker.lastAt, withinMs: lifeWithinMs },
    ...(dispatcher === null
      ? []
      : [{ what: "a look at the messages owed", lastAt: dispatcher.lastAt, withinMs: lifeWithinMs }]),
  ]);
  const working = (): readonly ChannelFact[] =>
    channels.filter((channel) => channel.status().isWorking).map(factOf);
  const duty = watchDuty(services, channels.length === 0 ? null : working, logger);
  const mailboxes = watchMailboxes(services, channels, (error) =>
    logger.error({ err: error }, "how mailboxes stand could not be judged; trying again in a minute"),
  );
  const security = makeWebSecurity(settings, { clock, logger, metrics });
  const web = await buildWeb(services, logger, security, {
    cookie: sessionCookieFor(isSecure(settings)),
    channels,
    publicUrl: settings.publicUrl?.replace(/\/+$/, "") ?? null,
    mailer,
    isBoardOpen: settings.openBoard,
    periodReports,
    reviewEveryMs: settings.trail.reviewEvery,
    workingChannels: working,
    canaryProblems: canary.problems,
  });
  return {
    services,
    influx,
    ticker,
    headKeeper: heads,
    web,
    reload: security.reload,
    start: async () => {
      ticker.start();
      drillRunner.start();
      ear.start();
      dispatcher?.start();
      influx?.start();
      backups?.start();
      holdFeed?.start();
      unitFolder?.start();
      heads.start();
      heartbeat?.start();
      duty.start();
      mailboxes.start();
      canary.start();
      periodReports.start();
      const { host, port } = addressOf(settings.listen);
      security.start(web.server);
      const listening = await web.listen({ host, port });
      const address = settings.tls === undefined ? listening : listening.replace(/^http:/, "https:");
      const link = people.firstAdministrator.issue();
      if (link !== null)
        tell?.(
          `Nobody has an account yet. Make the first administrator's here, once: ${(settings.publicUrl ?? address).replace(/\/$/, "")}${link.path}`,
        );
      return address;
    },
    stop: async () => {
      ticker.stop();
      drillRunner.stop();
      heads.stop();
      heartbeat?.stop();
      duty.stop();
      mailboxes.stop();
      security.stop();
      await backups?.stop();
      await periodReports.stop();
      await holdFeed?.stop();
      await unitFolder?.stop();
      await canary.stop();
      await web.close();
      await dispatcher?.stop();
      await Promise.all(channels.map((channel) => channel.stop()));
      await influx?.stop();
      database.close();
    },
  };
}

/** The mailbox in which the canary's mails come in. */
function canaryMailbox(
  { canary }: ServerSettings,
  database: Database,
  clock: Clock,
  logger: Logger,
): Mailbox | null {
  if (canary === undefined) return null;
  const { mailbox } = canary;
  return readMailbox({
    open: imapSessions(mailbox),
    marks: storedMarks(database, "canary", mailbox),
    clock,
    warn: (facts, message) => logger.warn({ mailbox: "canary", ...facts }, message),
  });
}

function openPeople(
  settings: ServerSettings,
  { database, committer, clock }: Pick<Services, "database" | "committer" | "clock">,
  passwords: Passwords | undefined,
  logger: Logger,
): People {
  const { key, lost } = openPeopleKey(settings.data, database, committer);
  if (lost > 0)
    logger.warn({ lost }, "people.key was missing: second factors ended and have to be enrolled anew");
  const { passwordMaxAge = null, secondFactor, idleEnd, sessionMax } = settings.people;
  const cookie = sessionCookieFor(isSecure(settings));
  const parts = {
    database,
    committer,
    clock,
    passwords: passwords ?? makePasswords(),
    key,
    cookie,
    strength: zxcvbnStrength,
  };
  return makePeople({ ...parts, policy: { secondFactor, idleEnd, sessionMax, passwordMaxAge } }, settings);
}

function applySettingsSite(inside: Inside, incoming: Site): void {
  if (!isAppliedAlready(inside.database, incoming)) inside.applySite(incoming, settingsActor);
}

function startDispatcher(
  services: Services,
  logger: Logger,
  channels: readonly Channel[],
  ear: ChannelEar,
  reportFolder: string,
  pages: string | null,
): Dispatcher | null {
  if (channels.length === 0) {
    logger.warn(
      "No channel is configured (mail: or channels: in the settings): alarms call nobody but who looks at the board",
    );
    return null;
  }
  return makeDispatcher({
    ...services,
    channels,
    warn: (facts, message) => logger.warn(facts, message),
    attachmentsOf: (id) => reportAttachments(reportFolder, id),
    take: ear.take,
    fill: makeAnswerFiller(services.answerKey, pages),
  });
}

function keepHeads(settings: ServerSettings, services: Services, logger: Logger): HeadKeeper {
  const { mailTo = [], file } = settings.heads ?? {};
  const { database, clock, heads, site, metrics } = services;
  const keeper = makeHeadKeeper({
    database,
    clock,
    heads,
    site,
    mailTo,
    write: file === undefined ? null : () => appendHeads(file, heads),
    error: (facts, message) => logger.error(facts, message),
  });
  metrics.watch("coldkeep_head_last_seconds", "Unix time of the newest daily head", keeper.newestSeconds);
  metrics.watch("coldkeep_heads_unwritten", "Daily heads not in their file", keeper.unwritten);
  return keeper;
}

/** What must have happened within this time for the server to be alive. */
const lifeWithinMs: DurationMs = 30 * secondMs;

function beatFor(
  { heartbeat }: ServerSettings,
  { clock, metrics, canary }: Services,
  logger: Logger,
  signs: readonly LifeSign[],
): Heartbeat | null {
  if (heartbeat === undefined) return null;
  const { url, every } = heartbeat;
  const missed = (reason: string) =>
    logger.warn({ reason }, "the outside was not told that this server lives");
  const doubt = () => (canary.state().isLate ? "the canary is late: people may not be reachable" : null);
  const beat = makeHeartbeat({ everyMs: every, clock, signs, doubt, tell: httpBeat(url), missed });
  metrics.watch("coldkeep_heartbeat_last_seconds", "Unix time of the last heartbeat that was taken", () =>
    Math.round((beat.lastAt() ?? 0) / secondMs),
  );
  return beat;
}

function readSiteFile(path: string) {
  let content: unknown;
  try {
    content = parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError("settings.unreadable", `The site file ${path} cannot be read: ${reason}`, { cause });
  }
  return checkSettings(siteSchema, content, path);
}

function addressOf(listen: string): { host: string; port: number } {
  const colon = listen.lastIndexOf(":");
  return { host: listen.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(listen.slice(colon + 1)) };
}
