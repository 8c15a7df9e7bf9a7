import "./lean-start.ts";
import { fail, runCommand } from "./run-command.ts";

// Ends with 0 after SIGTERM or SIGINT, 1 after a failure, 2 where the arguments or settings are wrong.
runCommand(process.argv.slice(2), Math.random).catch(fail);
