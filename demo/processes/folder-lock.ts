import { hash } from "node:crypto";
import { realpathSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { closeServer } from "./listening.ts";

/** Gives the folder back. */
export type Release = () => Promise<void>;

/**
 * Makes sure that one demo at a time works in a data folder: it listens on a socket that is named after the folder. A socket on which nobody
 * answers was left by a demo that was killed, and is taken over. Throws `demo.folder-taken` naming the variable that chooses another folder.
 */
export async function lockFolder(folder: string, variable: string): Promise<Release> {
  const path = join(tmpdir(), `coldkeep-demo-${hash("sha256", realpathSync(folder)).slice(0, 16)}.sock`);
  const server = createServer((socket) => socket.end());
  if (!(await couldListen(server, path))) {
    if (!(await isAnswering(path))) rmSync(path, { force: true });
    if (!(await couldListen(server, path))) {
      throw new CodedError(
        "demo.folder-taken",
        `Another demo works in ${folder}. Stop it, or give this one a folder of its own: ${variable}=... npm start`,
      );
    }
  }
  return () => closeServer(server);
}

function couldListen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const failed = (): void => resolve(false);
    server.once("error", failed);
    server.listen(path, () => {
      server.removeListener("error", failed);
      resolve(true);
    });
  });
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
