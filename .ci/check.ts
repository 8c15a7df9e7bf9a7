import { runGates } from "./gates.ts";
import { tallyLine } from "./tally.ts";

const tally = runGates((text) => console.log(text));
console.log(tallyLine(tally));
process.exitCode = tally.failed > 0 ? 1 : 0;
