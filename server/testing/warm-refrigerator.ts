import { formatInstant, minuteMs } from "@coldkeep/core/time/millis.ts";
import type { Journey } from "./journey.ts";

/** Three units in a refrigerator that was too warm for a quarter of an hour; one of them has left since. */
export async function sendExcursion({ server, clock }: Journey): Promise<void> {
  const now = clock.epochMs();
  const at = (minutesAgo: number): string => formatInstant(now - minutesAgo * minuteMs);
  const headers = { authorization: "Bearer test-token" };
  const send = async (url: string, payload: object): Promise<void> => {
    const answer = await server.web.inject({ method: "POST", url, headers, payload });
    if (answer.statusCode !== 200) throw new RangeError(`${url}: ${answer.payload}`);
  };
  const units = [1, 2, 3].map((index) => ({ din: `A99992600000${index}`, productCode: "E0398V00" }));
  const inside = units.map((unit) => ({ ...unit, at: at(120), appliance: "fridge-1", reason: "stored" }));
  const left = {
    din: "A999926000003",
    productCode: "E0398V00",
    at: at(30),
    appliance: null,
    reason: "to the ward",
  };
  await send("/v1/units/feed", { units, movements: [...inside, left] });
  const readings = Array.from({ length: 60 }, (_, index) => ({
    probe: "p1",
    at: at(59 - index),
    celsius: index >= 20 && index < 36 ? 9 : 4,
  }));
  await send("/v1/batches", { gateway: "g1", sequence: 1, readings });
}
