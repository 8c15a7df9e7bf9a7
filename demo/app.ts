import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { openApi, type Api } from "./api/api.ts";
import { bloodBankFeed, type BloodBankFeed } from "./blood-bank/feed.ts";
import { openBroker } from "./broker/broker.ts";
import { firstLinkIn, makePeople } from "./hospital/people.ts";
import { tokensOf } from "./hospital/tokens.ts";
import { urlOf, writeHospital, type HospitalFiles } from "./hospital/write-hospital.ts";
import { answerCanary } from "./mailbox/answer-canary.ts";
import { openMailStore, type MailStore } from "./mailbox/mail-store.ts";
import { openMailboxServer } from "./mailbox/mailbox-server.ts";
import { openSmtpSink } from "./mailbox/smtp-sink.ts";
import { openLog } from "./processes/bounded-log.ts";
import { crashReport, startChild } from "./processes/child.ts";
import { environmentWith } from "./processes/environment.ts";
import { lockFolder } from "./processes/folder-lock.ts";
import { freePort, type Listen } from "./processes/listening.ts";
import { answersOk, untilReady } from "./processes/ready.ts";
import { dataVariable, listenVariable, mailboxVariable, type DemoSettings } from "./settings.ts";
import { happeningOf } from "./story/happening.ts";
import { historyDelivered } from "./story/history.ts";
import { watchStory } from "./story/watch.ts";
import { welcome } from "./story/welcome.ts";

/** What the demo takes from its process. */
export interface DemoParts {
  readonly settings: DemoSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Tells the person at the terminal one line. */
  readonly print: (line: string) => void;
}

/** A whole simulated hospital. */
export interface Demo {
  /** Resolves when everything runs, or when `stop` was called meanwhile. Throws a CodedError where something cannot run. */
  readonly start: () => Promise<void>;
  /** Stops everything, last started first: simulator, gateway, server, mailbox, broker. */
  readonly stop: () => Promise<void>;
  /** Rejects when something ends by itself, `demo.process-ended` where it is one of the processes. Never resolves. */
  readonly broken: Promise<never>;
}

/** What is there before the first process. */
interface Ground {
  readonly mails: MailStore;
  readonly files: HospitalFiles;
  readonly url: string;
  readonly gatewayHealthUrl: string;
  readonly mailboxUrl: string;
}

const loopback: Listen = { host: "127.0.0.1", port: 0 };

/** How long a process may take to be ready, and for how long the history is waited for. */
const readyWithinMs = 60_000;

/** How often something happens in the blood bank. */
const happeningEveryMs = 25_000;

const seed = 7;

/** Composes the demo. */
export function createDemo(parts: DemoParts): Demo {
  const stack = new AsyncDisposableStack();
  const stopping = new AbortController();
  const { promise: broken, reject } = Promise.withResolvers<never>();
  // Whoever awaits `broken` hears of it; until somebody does, it is no unhandled rejection.
  broken.catch(() => undefined);
  const run: Run = { parts, stack, signal: stopping.signal, breakDown: reject, background: [] };
  let starting: Promise<void> = Promise.resolve();
  return {
    start: async () => {
      starting = start(run);
      await Promise.race([starting, broken]);
    },
    stop: async () => {
      stopping.abort();
      await Promise.allSettled([starting, ...run.background]);
      await stack.disposeAsync();
    },
    broken,
  };
}

/** One run of the demo, from its start to its stop. */
interface Run {
  readonly parts: DemoParts;
  /** What has been opened, to be closed in reverse. */
  readonly stack: AsyncDisposableStack;
  readonly signal: AbortSignal;
  readonly breakDown: (error: unknown) => void;
  /** What goes on until the signal, awaited before anything is closed. */
  readonly background: Promise<void>[];
}

async function start(run: Run): Promise<void> {
  const { settings, clock, print } = run.parts;
  const ground = await prepare(run);
  const tokens = tokensOf(join(settings.dataFolder, "tokens.json"));
  const bothTokens = { COLDKEEP_GATEWAY_TOKEN: tokens.gateway, COLDKEEP_API_TOKEN: tokens.api };
  if (run.signal.aborted) return;
  runProcess(run, {
    name: "The server",
    folder: "server",
    config: ground.files.server,
    env: bothTokens,
    onLine: (line) => {
      const link = firstLinkIn(line);
      if (link !== null) inBackground(run, makePeople(link, ground.url, run.signal));
    },
  });
  if (!(await isReady(run, "The server", `${ground.url}/health/ready`))) return;
  const gatewayToken = { COLDKEEP_GATEWAY_TOKEN: tokens.gateway };
  runProcess(run, {
    name: "The gateway",
    folder: "gateway",
    config: ground.files.gateway,
    env: gatewayToken,
  });
  if (!(await isReady(run, "The gateway", `${ground.gatewayHealthUrl}/health/live`))) return;
  for (const line of welcome(ground.url, ground.mailboxUrl, settings.dataFolder)) print(line);
  const api = openApi(ground.url, tokens.api, run.signal);
  const bank = openBank(run, api);
  tellStory(run, ground, api, bank);
  runProcess(run, {
    name: "The simulator",
    folder: "firmware-sim",
    config: ground.files.simulator,
    onLine: (line) => {
      const happening = happeningOf(line);
      if (happening !== null) print(`In the hospital: ${happening}`);
    },
  });
  const probes = ground.files.site.appliances.flatMap((appliance) => appliance.probes.map(({ id }) => id));
  await historyDelivered(api, probes, readyWithinMs, clock, run.signal);
  const units = await bank.open();
  if (run.signal.aborted) return;
  print(`The blood bank has ${units} units in stock; now and then one is issued or moved.`);
  inBackground(run, bank.run());
}

/** Opens what is in the demo's own process, and writes the files for the others. */
async function prepare({ parts, stack }: Run): Promise<Ground> {
  const { settings, clock } = parts;
  mkdirSync(settings.dataFolder, { recursive: true });
  stack.defer(await lockFolder(settings.dataFolder, dataVariable));
  const port = await freePort(settings.listen, listenVariable);
  const server = { host: settings.listen.host, port };
  const gatewayHealth = { ...loopback, port: await freePort(loopback, null) };
  const broker = await openBroker();
  stack.defer(broker.close);
  const mails = await openMailStore(join(settings.dataFolder, "mailbox"), clock);
  const sink = await openSmtpSink(mails, (mail) => void answerCanary(mail, urlOf(server)));
  stack.defer(sink.close);
  const { dataFolder } = settings;
  const files = writeHospital({
    dataFolder,
    server,
    gatewayHealth,
    smtpPort: sink.port,
    mqttPort: broker.port,
  });
  const { timeZone } = files.site;
  const pages = await openMailboxServer(mails, timeZone, settings.mailboxListen, mailboxVariable);
  stack.defer(pages.close);
  const mailboxUrl = urlOf({ host: settings.mailboxListen.host, port: pages.port });
  return { mails, files, url: urlOf(server), gatewayHealthUrl: urlOf(gatewayHealth), mailboxUrl };
}

interface Process {
  readonly name: string;
  /** The workspace whose `main.ts` it is. */
  readonly folder: "server" | "gateway" | "firmware-sim";
  readonly config: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

function runProcess(
  { parts, stack, signal, breakDown }: Run,
  { name, folder, config, env, onLine }: Process,
): void {
  const child = startChild(
    {
      name,
      script: new URL(`../${folder}/main.ts`, import.meta.url),
      args: ["--config", config],
      env: environmentWith(parts.env, env),
      logPath: join(parts.settings.dataFolder, "logs", `${folder}.log`),
      ...(onLine === undefined ? {} : { onLine }),
    },
    parts.clock,
  );
  stack.defer(child.stop);
  const watch = async (): Promise<void> => {
    const how = await child.ended;
    if (!signal.aborted) breakDown(new CodedError("demo.process-ended", crashReport(child, how)));
  };
  void watch();
}

function isReady({ parts, signal }: Run, name: string, url: string): Promise<boolean> {
  return untilReady(name, () => answersOk(url, signal), readyWithinMs, parts.clock, signal);
}

function openBank({ parts, signal }: Run, api: Api): BloodBankFeed {
  const { dataFolder } = parts.settings;
  const log = openLog(join(dataFolder, "logs", "blood-bank.log"));
  const booksPath = join(dataFolder, "blood-bank.json");
  const note = (line: string): void => log.write(`${line}\n`);
  return bloodBankFeed({ seed, booksPath, everyMs: happeningEveryMs }, api, parts.clock, note, signal);
}

function tellStory(run: Run, { url, mails, files }: Ground, api: Api, bank: BloodBankFeed): void {
  const { clock, print } = run.parts;
  const names = new Map(files.site.appliances.map(({ id, name }) => [id, name]));
  const story = watchStory(
    {
      api,
      mails,
      setting: { url, names },
      clock,
      print,
      onAlarm: ({ kind, appliance }) => {
        // A ward calls just when blood gets warm and nobody knows yet: this unit will be on the recall list.
        if (kind === "temperature-high" && typeof appliance === "string")
          inBackground(run, bank.issueFrom(appliance));
      },
    },
    run.signal,
  );
  inBackground(run, story);
}

function inBackground({ background, breakDown, signal }: Run, work: Promise<void>): void {
  background.push(
    work.catch((error: unknown) => {
      if (!signal.aborted) breakDown(error);
    }),
  );
}
