/** Keeps the examples of docs/messages.md true. `WRITE_MESSAGES=true` writes them anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Language, languages } from "../duty/media.ts";
import { type DrillNews, writeDrillNews } from "./drill-news.ts";
import { exampleAlarm, exampleAt, examples, exampleSurroundings, storm } from "./examples.ts";
import { writeTestMessage } from "./test-message.ts";
import { writeCall, writeDigest, writePromisePassed } from "./write-call.ts";
import { type Note, writeNote } from "./write-note.ts";
import type { Written } from "./written.ts";

const file = new URL("../../docs/messages.md", import.meta.url);

const names: Readonly<Record<Language, string>> = { en: "English", nl: "Dutch", fr: "French" };

/** Most lines of each list that the documentation shows. */
const shownMax = 4;

function fenced(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}

/** A mail with its long lists cut short. */
function shortened(body: string): string {
  const lines: string[] = [];
  let run = 0;
  for (const line of [...body.trimEnd().split("\n"), ""]) {
    if (line.startsWith("- ")) run += 1;
    else if (run > 0) {
      if (run > shownMax) lines.push(`(${run - shownMax} more lines)`);
      run = 0;
    }
    if (run <= shownMax) lines.push(line);
  }
  return lines.join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", "<br>");
}

function table(language: Language): string {
  const rows = examples.map(([name, told]) => {
    const { subject, sms } = writeCall([told], null, exampleSurroundings)(language);
    return `| ${name} | ${cell(subject)} | ${cell(sms)} |`;
  });
  return [`### ${names[language]}`, "", "| what | subject | SMS |", "| --- | --- | --- |", ...rows].join(
    "\n",
  );
}

function whole(title: string, { subject, body, sms, spoken }: Written): string {
  return [
    `### ${title}`,
    "",
    `Subject: \`${subject}\``,
    "",
    fenced(shortened(body)),
    "",
    "SMS:",
    "",
    fenced(sms),
    "",
    "Spoken:",
    "",
    fenced(spoken),
  ].join("\n");
}

const record = "https://coldkeep.example.org/drills/drill-1";

const drillNews: readonly (readonly [string, DrillNews])[] = [
  ["A drill begins, where that is to be told", { kind: "begins" }],
  ["A drill is broken off", { kind: "broken-off" }],
  ["A drill is over", { kind: "answered", by: "Jo Peeters", withinMs: 130_000 }],
];

const twoCalls = [
  { code: "{answer-code:12}", alarms: [exampleAlarm()] },
  {
    code: "{answer-code:9}",
    alarms: [exampleAlarm({ appliance: { id: "f2", name: "Erytro 2", room: null, circuit: null } })],
  },
];
const noteUntil = exampleAt + 20 * 60_000;
const notes: readonly (readonly [string, Note])[] = [
  ["you take it on", { kind: "taken", alarms: [exampleAlarm()], until: noteUntil }],
  ["you cannot come", { kind: "declined", alarms: [exampleAlarm()] }],
  [
    "to the others",
    { kind: "takenBy", alarms: storm("power").slice(0, 5), who: "An Peeters", until: noteUntil },
  ],
  ["somebody has it", { kind: "already", alarms: [exampleAlarm()], who: "An Peeters", until: noteUntil }],
  ["it is over", { kind: "over", alarms: [exampleAlarm()] }],
  ["nothing waits", { kind: "nothing" }],
  ["no such code", { kind: "unknownCode", calls: [] }],
  ["which one?", { kind: "several", calls: twoCalls }],
  ["not understood", { kind: "notUnderstood", calls: twoCalls.slice(0, 1) }],
];

function notesTable(): string {
  const rows = notes.map(
    ([name, note]) =>
      `| ${[name, ...languages.map((language) => cell(writeNote(note, exampleSurroundings)(language)))].join(" | ")} |`,
  );
  const head = ["what", ...languages.map((language) => names[language])];
  return [`| ${head.join(" | ")} |`, `| ${head.map(() => "---").join(" | ")} |`, ...rows].join("\n");
}

function examplesText(): string {
  const critical = examples.find(([name]) => name === "critical")?.[1] ?? exampleAlarm();
  const promised = { by: "Jo Peeters", what: "move the units", until: exampleAt - 60_000 };
  const quiet = examples.flatMap(([, told]) => (told.severity === "advisory" ? [told] : []));
  const several = storm("power")
    .slice(0, 3)
    .map((told) => ({ ...told, about: "again" as const }));
  const drill = { ...exampleSurroundings, isDrill: true };
  const parts = [
    "## Each kind, in each language",
    ...languages.map(table),
    "## Short notes",
    notesTable(),
    "## Whole messages",
    ...languages.map((language) =>
      whole(`Critical, ${names[language]}`, writeCall([critical], null, exampleSurroundings)(language)),
    ),
    ...languages.map((language) =>
      whole(`A drill, ${names[language]}`, writeCall([critical], null, drill)(language)),
    ),
    ...drillNews.flatMap(([name, news]) =>
      languages.map((language) =>
        whole(
          `${name}, ${names[language]}`,
          writeDrillNews(news, { id: "fridge-1", name: "Erytro 1" }, record)(language),
        ),
      ),
    ),
    ...languages.map((language) =>
      whole(`A test message, ${names[language]}`, writeTestMessage("Mechelen", "Jo Peeters")(language)),
    ),
    whole(
      "A promise has passed",
      writePromisePassed([promised], [exampleAlarm()], null, exampleSurroundings)("en"),
    ),
    ...languages.map((language) =>
      whole(
        `A promise about several has passed, ${names[language]}`,
        writePromisePassed(
          several.map(() => promised),
          several,
          ["circuit:north"],
          exampleSurroundings,
        )(language),
      ),
    ),
    whole("The digest of a day", writeDigest(quiet, exampleSurroundings)("en")),
    "## A storm of 500 appliances",
    ...(["power", "gateway", "back"] as const).map((what) =>
      whole(
        {
          power: "The power goes; five are critical",
          gateway: "The gateway goes after it",
          back: "All is back",
        }[what],
        writeCall(
          storm(what),
          [what === "gateway" ? "gateway:g1" : "circuit:north"],
          exampleSurroundings,
        )("en"),
      ),
    ),
  ];
  return `${parts.join("\n\n")}\n`;
}

const mark = "<!-- Written by core/wording/messages-doc.test.ts with WRITE_MESSAGES=true. -->\n\n";

test("docs/messages.md shows what is written", () => {
  const [prose = ""] = readFileSync(file, "utf8").split(mark);
  const expected = `${prose}${mark}${examplesText()}`;
  if (process.env["WRITE_MESSAGES"] === "true") writeFileSync(file, expected);
  expect(readFileSync(file, "utf8")).toBe(expected);
});
