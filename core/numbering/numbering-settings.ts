import * as z from "zod";
import { identify, isbt128Name, type Numberings } from "./numbering.ts";
import { compilePattern } from "./text-pattern.ts";

/** Most numberings beside ISBT 128. */
export const otherNumberingsMax = 20;

const patternSchema = z.string().transform((source, context) => {
  const result = compilePattern(source);
  if (result.ok) return result.pattern;
  context.addIssue({ code: "custom", message: result.why });
  return z.NEVER;
});

const otherSchema = z.strictObject({
  name: z.string().min(1).max(40),
  dinPattern: patternSchema,
  productPattern: patternSchema,
  /** A number and a product code with a blank between, which the patterns must take: a wrong pattern shows at the start. */
  example: z.string().max(60),
});

/** `units.numbering` of the settings: which texts are units' identities. Yields what `identify` asks for. */
export const numberingSchema = z
  .strictObject({
    isbt128: z.boolean().default(true),
    others: z.array(otherSchema).max(otherNumberingsMax).default([]),
  })
  .transform(({ isbt128, others }, context): Numberings => {
    const numberings = others.map(({ name, dinPattern, productPattern }) => ({
      name,
      din: dinPattern,
      product: productPattern,
    }));
    for (const [index, { name, example }] of others.entries()) {
      const [din = "", productCode = ""] = example.split(" ");
      const own = numberings.filter((each) => each.name === name);
      const issue = (message: string, field: string) =>
        context.addIssue({ code: "custom", message, path: ["others", index, field] });
      if (own.length > 1 || name === isbt128Name) issue(`there is another numbering named ${name}`, "name");
      else if (!identify({ isbt128: false, others: own }, din, productCode).ok)
        issue("expected a number and a product code that the patterns take, with a blank between", "example");
    }
    if (!isbt128 && others.length === 0)
      context.addIssue({ code: "custom", message: "expected ISBT 128 or another numbering" });
    return { isbt128, others: numberings };
  });
