import type { GatewayStatus } from "./status.ts";

/** How a gateway of two sources stands that has nothing to complain of, for tests of the page. */
export const sampleStatus: GatewayStatus = {
  gateway: "ward-3",
  clock: { now: "2026-11-24T10:00:00.000Z", confirmed: true, uncertaintyMs: 1_200, machineIsOffByMs: 0 },
  buffer: {
    stage: "open",
    heldReadings: 12,
    usedBytes: 1_400_000,
    reusableBytes: 0,
    diskFreeBytes: 52_000_000_000,
    bufferReadingsMax: 36_864_000,
    bufferBytesMax: 1_500_000_000,
    diskFreeMin: 256_000_000,
    refusedReadings: 0,
    damagedFile: null,
  },
  uplink: [
    { lane: "live", trouble: null, failures: 0, deliveredAt: "2026-11-24T09:59:58.000Z" },
    { lane: "backlog", trouble: null, failures: 0, deliveredAt: null },
  ],
  watch: { phase: "attended", since: null, plan: "v1", probes: 2, alarms: [], calls: 0, outputs: [] },
  sources: [
    {
      id: "bus-1",
      kind: "modbus-rtu",
      state: "open",
      trouble: null,
      lastHeardAt: "2026-11-24T09:59:30.000Z",
      devices: [{ device: "modbus-7", lastHeardAt: 1_795_514_370_000, trouble: null }],
    },
    {
      id: "zigbee",
      kind: "mqtt",
      state: "open",
      trouble: null,
      lastHeardAt: "2026-11-24T09:58:00.000Z",
      presence: { "fridge-5": "online" },
    },
  ],
  devices: [
    {
      device: "ckt-fridge-1",
      boot: 3,
      source: "line-1",
      lastHeardAt: "2026-11-24T09:59:50.000Z",
      lastSequence: 4_096,
      missing: 0,
      lost: 2,
    },
  ],
  values: [
    {
      source: "bus-1",
      channel: "modbus-7/temperature",
      of: "fridge-1-product",
      isProbe: true,
      value: 4.3,
      at: "2026-11-24T09:59:30.000Z",
    },
    {
      source: "zigbee",
      channel: "fridge-5/battery",
      of: null,
      isProbe: false,
      value: 87,
      at: "2026-11-24T09:58:00.000Z",
    },
  ],
  neverHeard: [],
  counters: {},
  refusedInput: [
    {
      at: "2026-11-24T09:12:00.000Z",
      source: "line-1",
      code: "serial.crc-wrong",
      excerpt: "$CKT,x\u0000*12",
    },
  ],
};

/** The same gateway on a bad day. */
export const troubledStatus: GatewayStatus = {
  ...sampleStatus,
  clock: { ...sampleStatus.clock, confirmed: false, machineIsOffByMs: 7_200_000 },
  buffer: { ...sampleStatus.buffer, stage: "thinning", heldReadings: 36_864_000 },
  uplink: [{ lane: "live", trouble: "uplink.unreachable", failures: 412, deliveredAt: null }],
  watch: {
    phase: "alone",
    since: "2026-11-24T08:00:00.000Z",
    plan: "v1",
    probes: 2,
    alarms: [{ id: "a", text: "Red cells 1: 9.4 °C, too warm", acknowledged: false }],
    calls: 1,
    outputs: [
      { id: "modem", kind: "modem", ready: false, trouble: "modem.no-answer", waiting: 2, details: {} },
    ],
  },
  sources: [
    {
      id: "bus-1",
      kind: "modbus-rtu",
      state: "open",
      trouble: null,
      lastHeardAt: null,
      devices: [{ device: "modbus-7", lastHeardAt: null, trouble: "modbus.timeout" }],
    },
    {
      id: "line-1",
      kind: "serial",
      state: "waiting",
      trouble:
        "Error: No such file or directory, cannot open /dev/serial/by-id/usb-FTDI_FT232R_A1B2C3-if00-port0",
      lastHeardAt: null,
    },
  ],
  values: [
    {
      source: "zigbee",
      channel: "<b>fridge</b>/temperature",
      of: "fridge-2-product",
      isProbe: true,
      value: "open",
      at: "2026-11-24T09:58:00.000Z",
    },
    {
      source: "zigbee",
      channel: "fridge-6/temperature",
      of: "fridge-6-product",
      isProbe: true,
      value: 4.4,
      at: "2026-11-24T09:15:00.000Z",
    },
  ],
  neverHeard: [{ channel: "modbus-7/temperature", of: "fridge-1-product" }],
};
