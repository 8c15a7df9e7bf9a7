import { CodedError } from "@coldkeep/core/errors/coded-error.ts";

/**
 * Puts values into a YAML template: `"${name}"`, with its quotation marks, becomes the value, written so that YAML reads
 * exactly it. Throws `demo.template-broken` where
 * the template names a value that is not given.
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replaceAll(/"\$\{(\w+)\}"/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new CodedError(
        "demo.template-broken",
        `The demo's template asks for \${${name}}, which nobody gives.`,
      );
    }
    return JSON.stringify(value);
  });
}
