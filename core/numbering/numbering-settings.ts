import * as z from "zod";
import { identify, isbt128Name, type Numberings } from "./numbering.ts";
import { compilePattern } from "./text-pattern.ts";

/** Most numberings beside ISBT 128. */
export const otherNumberingsMax = 20;

/** A pattern for texts of a length that the calls over HTTP take. */
const patternSchema = (lengthMin: number, lengthMax: number) =>
  z.string().transform((source, context) => {
    const result = compilePattern(source);
    const length = result.ok ? result.pattern.places.length : 0;
    if (result.ok && length >= lengthMin && length <= lengthMax) return result.pattern;
    const message = result.ok ? `expected a pattern for ${lengthMin} to ${lengthMax} characters` : result.why;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });

const otherSchema = z.strictObject({
  name: z.string().min(1).max(40),
  dinPattern: patternSchema(5, 30),
  productPattern: patternSchema(3, 20),
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
