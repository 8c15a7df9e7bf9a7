import { ServerTCP } from "modbus-serial";
import { afterEach, expect, test } from "vitest";
import type { ReadRequest } from "@coldkeep/core/modbus/read-request.ts";
import { systemClock } from "@coldkeep/core/time/system-clock.ts";
import { freePort } from "../rig/processes.ts";
import type { Carrier, Exchange } from "./carrier.ts";
import { tcpCarrier } from "./tcp-carrier.ts";
import { openTcpLink } from "./tcp-link.ts";

let ending: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ending.reverse()) await end();
  ending = [];
});

/** A device of the library modbus-serial, which is not ours and needs nothing installed. */
async function device(): Promise<Carrier> {
  const port = await freePort();
  const server = new ServerTCP(
    {
      getCoil: (address: number) => address === 3,
      getDiscreteInput: (address: number) => address === 7,
      getHoldingRegister: (address: number) => address + 41,
      getInputRegister: (address: number) => 0xfee8 + address,
    },
    { host: "127.0.0.1", port, unitID: 0 },
  );
  await new Promise<void>((resolve) => {
    server.on("initialized", () => resolve());
  });
  ending.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return new Promise((resolve, reject) => {
    const carrier: Carrier = tcpCarrier(
      { host: "127.0.0.1", port, clock: systemClock, openLink: openTcpLink },
      {
        opened: () => resolve(carrier),
        closed: reject,
        unasked: () => {},
        broken: () => {},
      },
    );
    ending.push(() => carrier.close("done"));
  });
}

test("a device of modbus-serial is read rightly with each function", async () => {
  const carrier = await device();
  const ask = (request: ReadRequest): Promise<Exchange> =>
    new Promise((resolve) => {
      carrier.ask(request, 10_000, resolve);
    });
  const values = async (code: ReadRequest["function"], address: number, count: number): Promise<unknown> => {
    const exchange = await ask({ unit: 9, function: code, address, count });
    return exchange.ok ? exchange.answer : exchange.code;
  };
  expect(await values(1, 0, 5)).toEqual({ kind: "values", values: [0, 0, 0, 1, 0] });
  expect(await values(2, 7, 2)).toEqual({ kind: "values", values: [1, 0] });
  expect(await values(3, 0, 3)).toEqual({ kind: "values", values: [41, 42, 43] });
  expect(await values(4, 0, 1)).toEqual({ kind: "values", values: [0xfee8] });
});
