import { type WireWatch, watchNamedMax, watchSchema } from "@coldkeep/core/contract/edge.ts";
import type { WatchLink } from "../uplink/server-link.ts";
import { joinWatches } from "./plan.ts";

/** What came of asking for the plan. `told`: with the watch, or null where nothing has changed. `absent`: the server is there and knows nothing of it. */
export type PlanAnswer =
  | { readonly kind: "told"; readonly watch: WireWatch | null; readonly tag: string | null }
  | { readonly kind: "absent"; readonly detail: string }
  | { readonly kind: "none"; readonly detail: string };

/** Asks the server what is to be watched. `tag` is that of the last answer. More channels than one question may name are asked about in several. */
export async function askForPlan(
  link: WatchLink,
  channels: readonly string[],
  tag: string | null,
  signal: AbortSignal,
): Promise<PlanAnswer> {
  const questions = Array.from({ length: Math.ceil(channels.length / watchNamedMax) }, (_, index) =>
    channels.slice(index * watchNamedMax, (index + 1) * watchNamedMax),
  );
  const watches: WireWatch[] = [];
  let newTag: string | null = null;
  for (const question of questions) {
    const answer = await link.watch(question, questions.length === 1 ? tag : null, signal);
    const { outcome } = answer;
    if (outcome.kind === "none") return { kind: "none", detail: outcome.detail };
    if (outcome.status === 304 && tag !== null) return { kind: "told", watch: null, tag };
    if (outcome.status === 404 && isProblem(outcome.body))
      return { kind: "absent", detail: outcome.body.slice(0, 200) };
    if (outcome.status !== 200) return { kind: "none", detail: `the server answered ${outcome.status}` };
    const parsed = watchSchema.safeParse(parseJson(outcome.body));
    if (!parsed.success) return { kind: "none", detail: "the answer is not a watch" };
    watches.push(parsed.data);
    newTag = answer.tag;
  }
  const [first, ...rest] = watches;
  return first === undefined
    ? { kind: "absent", detail: "no probe is mapped" }
    : { kind: "told", watch: joinWatches([first, ...rest]), tag: newTag };
}

/** True where it is Coldkeep that answers and not something on the way. */
function isProblem(body: string): boolean {
  const problem = parseJson(body) as { code?: unknown } | null | undefined;
  return typeof problem?.code === "string";
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
