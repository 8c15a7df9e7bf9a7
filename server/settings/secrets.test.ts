import { expect, test } from "vitest";
import { readYaml } from "./read-yaml.ts";
import { readServerSettings } from "./server-settings.ts";

const planted = "PLANTED0secret9";

function refusal(text: string, environment: Record<string, string> = {}): string {
  try {
    readServerSettings(readYaml(text, "server.yaml"), "server.yaml", environment);
  } catch (error) {
    return String(error instanceof Error ? `${error.message} ${error.stack ?? ""}` : error);
  }
  throw new RangeError(`taken: ${text}`);
}

test("no refusal of the settings tells a secret's value", () => {
  const files = [
    `mail: { host: h, from: a@b, password: [${planted}] }`,
    `mail: { host: h, from: a@b, password: { ${planted}: 1 } }`,
    `mail: ${planted}`,
    `mail: { host: h, from: a@b, password: *${planted} }`,
    `mail: { host: h, from: a@b, password: !${planted} x }`,
    `mail: { host: h, from: a@b, password: "${planted} }`,
    `mail: { host: h, from: a@b, password: %${planted} }`,
    `mail:\n  host: h\n password: ${planted}: x\n`,
    `mail: { host: h, from: a@b, security: ${planted} }`,
    `tokens: [ { name: a, role: api, sha256: ${planted} } ]`,
    `influx: { url: "ftp://u:${planted}@h" }`,
    `influx: { url: "http://h", token: [ ${planted} ] }`,
    `publicUrl: ":${planted}"`,
    `listen: ${planted}`,
    `mail: { host: h, from: a@b, bounces: { host: h, user: u, password: [ ${planted} ] } }`,
    `channels: [ { id: a, kind: ${planted} } ]`,
    `channels: [ { id: a, kind: telegram, token: ${planted} } ]`,
    `channels: [ { id: a, kind: twilio-sms, authToken: [ ${planted} ] } ]`,
    `channels: [ { id: a, kind: sms-gateway, url: "x:${planted}", headers: { a: [ ${planted} ] } } ]`,
    `channels: [ { id: a, kind: matrix, homeserver: "http://h", token: { env: NONE, x: ${planted} } } ]`,
  ];
  for (const file of files) expect(refusal(file), file).not.toContain(planted);
  expect(refusal("mail: { host: h, from: f, port: 0 }", { COLDKEEP_MAIL_PASSWORD: planted })).not.toContain(
    planted,
  );
  const tokens = { COLDKEEP_API_TOKEN: planted };
  expect(refusal("listen: 0.0.0.0:1", tokens)).not.toContain(planted);
});

test("the environment gives what the settings of a channel or a mailbox name, and a variable that is not set is named by its place", () => {
  const file = `channels: [ { id: m, kind: matrix, homeserver: "https://h.example", token: { env: KEY } } ]`;
  const [channel] = readServerSettings(readYaml(file, "f"), "f", { KEY: planted }).channels;
  expect(channel).toMatchObject({ token: planted });
  expect(refusal(file)).toContain("channels[0].token names an environment variable that is not set");
  const bounces = `mail: { host: h, from: a@b, bounces: { host: h, user: u, password: { env: BOX } } }`;
  const { mail } = readServerSettings(readYaml(bounces, "f"), "f", { BOX: planted });
  expect(mail?.bounces).toMatchObject({ password: planted, port: 993, security: "tls", folder: "INBOX" });
  expect(refusal(bounces)).toContain("mail.bounces.password names an environment variable");
});

test("a refusal still says where", () => {
  expect(refusal("mail:\n  host: h\n password: x\n")).toMatch(
    /server\.yaml is not YAML at line 3, column \d+/,
  );
  expect(refusal("mail: { host: h, from: a@b, password: *x }")).toMatch(/needs quotes/);
  expect(refusal("mail: { host: h, from: a@b, password: [1] }")).toMatch(/mail\.password: .*string/);
});
