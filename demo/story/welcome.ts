import { demoPassword, demoPeople } from "../hospital/people.ts";

/** What the person at the terminal reads once the board is there. */
export function welcome(url: string, mailboxUrl: string, dataFolder: string): readonly string[] {
  return [
    "A simulated hospital runs on this machine; its times are shortened.",
    `  Board    ${url}/`,
    `  Sign in  as ${demoPeople.map(({ login }) => login).join(", ")}; the password of all: ${demoPassword}`,
    `  Mailbox  ${mailboxUrl}/`,
    `  Data     ${dataFolder} (delete it to start anew; logs are in ${dataFolder}/logs)`,
    "In about half a minute somebody leaves a refrigerator's door open. Ctrl-C stops everything.",
  ];
}
