import type { PasswordStrength } from "@coldkeep/core/people/password-rules.ts";
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import * as common from "@zxcvbn-ts/language-common";

/** Words that whoever guesses at a blood service tries first. */
const housewords = ["coldkeep", "blood", "bloodbank", "hospital", "fridge", "freezer"];

let estimator: ZxcvbnFactory | null = null;

/** zxcvbn's estimate. Its dictionaries are read at the first use, because most starts need none. */
export const zxcvbnStrength: PasswordStrength = (password, personal) => {
  estimator ??= new ZxcvbnFactory({
    dictionary: { ...common.dictionary },
    graphs: common.adjacencyGraphs,
  });
  return estimator.check(password, [...housewords, ...personal]).score;
};
