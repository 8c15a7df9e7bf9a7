import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { unreachable } from "@coldkeep/core/errors/coded-error.ts";
import { type MailboxSettings, mailboxSchema } from "../mailbox/mailbox-settings.ts";
import { makeAuthority, makePair } from "./certificates.ts";

const dovecotPath = "/usr/sbin/dovecot";

/** True where Dovecot is not installed; with `CI=true` that is a failure and not a reason to skip. */
export const isDovecotMissing: boolean =
  process.env["CI"] !== "true" && spawnSync(dovecotPath, ["--version"]).status !== 0;

/** A real IMAP server with one mailbox, for tests. */
export interface MailStore {
  /** How its mailbox is reached. */
  readonly settings: MailboxSettings;
  /** The same by a connection that becomes secret after its begin. */
  readonly startTls: MailboxSettings;
  /** Puts a mail into the mailbox, as a delivery would. */
  readonly drop: (mail: string) => void;
  /** Ends it at this very instruction, with all connections. */
  readonly kill: () => Promise<void>;
  readonly restart: () => Promise<void>;
  /** Gives the mailbox another validity of its uids. */
  readonly renumber: () => void;
  readonly stop: () => Promise<void>;
}

/** The password of the mailbox. */
export const mailboxPassword = "planted-mailbox-password";

/** Starts Dovecot on a free port of loopback, with a Maildir in a folder of its own. `canIdle`: it tells of new mails by itself. */
export async function startMailStore(canIdle = true): Promise<MailStore> {
  const folder = mkdtempSync(join(tmpdir(), "coldkeep-dovecot-"));
  const authority = makeAuthority(folder);
  const pair = makePair(folder, authority, "mail");
  const [tls, plain] = [await freePort(), await freePort()];
  const maildir = join(folder, "mail", "coldkeep", "Maildir");
  for (const part of ["cur", "new", "tmp"]) mkdirSync(join(maildir, part), { recursive: true });
  mkdirSync(join(folder, "run"));
  giveAway(folder);
  const config = join(folder, "dovecot.conf");
  writeFileSync(config, configOf(folder, tls, plain, pair, canIdle));
  let child: ChildProcess | null = null;
  let drops = 0;
  const start = async (): Promise<void> => {
    const started = spawn(dovecotPath, ["-F", "-c", config], { stdio: "ignore", detached: true });
    child = started;
    for (;;) {
      if (await isListening(tls)) return;
      if (started.exitCode !== null) throw new RangeError(`dovecot ended with ${started.exitCode}`);
      await pause(50);
    }
  };
  const kill = async (): Promise<void> => {
    const running = child;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const exited = new Promise((resolve) => running.once("exit", resolve));
    // Its processes are a group of their own; asked nicely they take seconds.
    process.kill(-(running.pid ?? unreachable("a process without an id")), "SIGKILL");
    await exited;
  };
  await start();
  const common = { host: "127.0.0.1", user: "coldkeep", password: mailboxPassword, ca: authority.cert };
  return {
    settings: mailboxSchema.parse({ ...common, port: tls }),
    startTls: mailboxSchema.parse({ ...common, port: plain, security: "starttls" }),
    drop: (mail) => {
      drops += 1;
      const name = `1.M${String(drops).padStart(6, "0")}P${process.pid}.test`;
      writeFileSync(join(maildir, "tmp", name), mail);
      renameSync(join(maildir, "tmp", name), join(maildir, "new", name));
    },
    kill,
    restart: start,
    renumber: () => {
      const list = join(maildir, "dovecot-uidlist");
      const validity = Number(/ V(\d+)/.exec(readFileSync(list, "utf8"))?.[1]);
      for (const name of ["dovecot.index", "dovecot.index.log", "dovecot.index.cache"])
        rmSync(join(maildir, name), { force: true });
      writeFileSync(list, `3 V${validity + 1} N1\n`);
    },
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Lets the users that its processes run as come in, and the mail user write. */
function giveAway(folder: string): void {
  const { uid, gid } = usersFor();
  chmodSync(folder, 0o755);
  if (userInfo().uid !== 0) return;
  execFileSync("chown", ["-R", `${uid}:${gid}`, join(folder, "mail")]);
}

/** As whom its processes run: started by root it demands users without rights, otherwise all are who starts it. */
function usersFor() {
  const { username, uid, gid } = userInfo();
  if (uid !== 0)
    return {
      login: username,
      internal: username,
      group: idOf("-gn", username),
      uid: String(uid),
      gid: String(gid),
    };
  const mailUser = "dovecot";
  return {
    login: "dovenull",
    internal: mailUser,
    group: mailUser,
    uid: idOf("-u", mailUser),
    gid: idOf("-g", mailUser),
  };
}

function idOf(what: string, user: string): string {
  return execFileSync("id", [what, user], { encoding: "utf8" }).trim();
}

function configOf(
  folder: string,
  tls: number,
  plain: number,
  pair: { readonly cert: string; readonly key: string },
  canIdle: boolean,
): string {
  const { login, internal, group, uid, gid } = usersFor();
  return `
base_dir = ${join(folder, "run")}
state_dir = ${join(folder, "run")}
log_path = ${join(folder, "log")}
protocols = imap
auth_failure_delay = 0
listen = 127.0.0.1
default_internal_user = ${internal}
default_internal_group = ${group}
default_login_user = ${login}
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <${pair.cert}
ssl_key = <${pair.key}
mail_location = maildir:${join(folder, "mail")}/%u/Maildir
${canIdle ? "" : "imap_capability = IMAP4rev1 UIDPLUS LITERAL+ SASL-IR"}
passdb {
  driver = static
  args = password=${mailboxPassword}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${join(folder, "mail")}/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${plain}
  }
  inet_listener imaps {
    port = ${tls}
    ssl = yes
  }
}
service anvil {
  chroot =
}
`;
}

async function isListening(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
