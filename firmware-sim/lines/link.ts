import * as fs from "node:fs";
import * as path from "node:path";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";

/** Points the stable name of a line at its present pseudo-terminal, in one step. Throws `sim.line-occupied`. */
export function linkLine(folder: string, name: string, target: string): void {
  fs.mkdirSync(folder, { recursive: true });
  const link = path.join(folder, name);
  const there = fs.lstatSync(link, { throwIfNoEntry: false });
  if (there !== undefined && !there.isSymbolicLink()) {
    throw new CodedError(
      "sim.line-occupied",
      `${link} is there already and is no link that the simulator made. Remove it or choose another folder for \`lines\`.`,
    );
  }
  const fresh = `${link}.new`;
  fs.rmSync(fresh, { force: true });
  fs.symlinkSync(target, fresh);
  fs.renameSync(fresh, link);
}

/** Takes the name away, unless somebody else has pointed it elsewhere since. */
export function unlinkLine(folder: string, name: string, target: string): void {
  const link = path.join(folder, name);
  const there = fs.lstatSync(link, { throwIfNoEntry: false });
  if (there?.isSymbolicLink() && fs.readlinkSync(link) === target) fs.rmSync(link);
}
