import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { simpleParser, type AddressObject, type ParsedMail } from "mailparser";
import { mailsMax, type Mail } from "./mail.ts";

/** The mails of the demo: one file each, as they came (`<id>.eml`), so that a second start still shows them. */
export interface MailStore {
  /** Keeps a mail; resolves once it is on disk and listed. */
  readonly add: (original: Buffer, envelopeTo: readonly string[]) => Promise<Mail>;
  /** All kept mails, newest first. */
  readonly list: () => readonly Mail[];
  readonly get: (id: string) => Mail | null;
}

/** Opens the folder of mails and reads what is there. */
export async function openMailStore(
  folder: string,
  clock: Clock,
  max: number = mailsMax,
): Promise<MailStore> {
  mkdirSync(folder, { recursive: true });
  const mails: Mail[] = [];
  for (const name of mailFiles(folder)) {
    const id = name.slice(0, -".eml".length);
    mails.unshift(await parse(id, readFileSync(join(folder, name)), []));
  }
  let count = 0;
  const file = (id: string): string => join(folder, `${id}.eml`);
  const prune = (): void => {
    while (mails.length > max) rmSync(file(mails.pop()?.id ?? ""), { force: true });
  };
  prune();
  return {
    add: async (original, envelopeTo) => {
      const id = `${clock.epochMs()}-${String(count++).padStart(6, "0")}`;
      const mail = await parse(id, original, envelopeTo);
      writeFileSync(`${file(id)}.new`, original);
      renameSync(`${file(id)}.new`, file(id));
      mails.unshift(mail);
      mails.sort((a, b) => (a.id < b.id ? 1 : -1));
      prune();
      return mail;
    },
    list: () => mails,
    get: (id) => mails.find((mail) => mail.id === id) ?? null,
  };
}

function mailFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^\d{1,15}-\d{6}\.eml$/.test(name))
    .sort();
}

async function parse(id: string, original: Buffer, envelopeTo: readonly string[]): Promise<Mail> {
  const parsed = await simpleParser(original, { skipHtmlToText: false, skipTextToHtml: true });
  const to = addresses(parsed.to);
  return {
    id,
    at: Number(id.split("-")[0]),
    from: addresses(parsed.from)[0] ?? "(no sender)",
    to: to.length > 0 ? to : envelopeTo,
    subject: parsed.subject ?? "(no subject)",
    text: textOf(parsed),
  };
}

function addresses(header: AddressObject | AddressObject[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap((object) => object.value)
    .map(({ name, address }) => (name === "" ? (address ?? "") : `${name} <${address ?? ""}>`));
}

function textOf(parsed: ParsedMail): string {
  const attached = parsed.attachments.map((part) => `[attached: ${part.filename ?? part.contentType}]`);
  return [parsed.text?.trimEnd() ?? "", ...attached].filter((part) => part !== "").join("\n\n");
}
