import { periodText } from "@coldkeep/core/report/period.ts";
import type { Clock } from "@coldkeep/core/time/clock.ts";
import { runCommand } from "../own-process/run-command.ts";
import type { PeriodMaker } from "./period-reports.ts";

/** What `coldkeep report --progress` says of how far it is. */
const progressLine = /^(measured \d+ %|printing)$/;

/** Makes reports with `coldkeep report` in a process of its own, so that going through a year of readings takes no time from the server. */
export function periodProcess(data: string, folder: string, clock: Clock): PeriodMaker {
  return {
    make: (period, wantsMkt, progress, stop) => {
      const args = ["report", "--period", periodText(period), "--data", data, "--to", folder, "--progress"];
      const heard = (line: string): void => {
        if (progressLine.test(line)) progress(line);
      };
      return runCommand([...args, ...(wantsMkt ? ["--mkt"] : [])], { stop, clock, heard });
    },
  };
}
