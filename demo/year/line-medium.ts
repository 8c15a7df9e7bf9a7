import { serialSource } from "@coldkeep/gateway/serial/serial-source.ts";
import { type DeviceOptions, makeDevice } from "./device.ts";
import type { Medium, MediumParts } from "./medium.ts";
import { makeNoise } from "./noise.ts";
import { makeWire } from "./wire.ts";

const kinds: readonly Omit<DeviceOptions, "everyMs">[] = [
  { device: "ckt-big", ringSamples: 4_096, memory: "kept", ppm: 60 },
  { device: "ckt-small", ringSamples: 200, memory: "kept", ppm: -100 },
  { device: "ckt-forgetful", ringSamples: 4_096, memory: "volatile", ppm: 100 },
];

/** A serial line with three devices: one with a great memory, one with a small one, and one that forgets when its power fails. */
export function lineMedium({ world, books, random, everyMs }: MediumParts): Medium {
  const noise = makeNoise(random("noise"));
  const wire = makeWire(world, random("wire"), noise);
  const devices = kinds.map((kind) => {
    const device = { ...kind, everyMs };
    return makeDevice(device, world, random(kind.device), books, wire);
  });
  return {
    devices: kinds.map(({ device }) => device),
    source: (supply, settings) =>
      serialSource({
        ...supply,
        settings: { id: "medium", path: "/dev/line", baudRate: 9_600 },
        rules: {
          resendTimeoutMs: settings.resendTimeout,
          resendAttempts: settings.resendAttempts,
          silenceMaxMs: settings.silenceMax,
          pauseMaxMs: settings.pauseMax,
          driftMaxMs: settings.driftMax,
        },
        openLine: wire.openLine,
      }),
    abandon: wire.abandon,
    settle: (isActive) => wire.plug(isActive("adapter-out") ? "out" : isActive("wires-cut") ? "cut" : "in"),
    setNoise: wire.setNoise,
    reset: (device, offMs) => devices[device]?.reset(offMs),
    jump: () => {},
    isAsked: true,
    disturbed: noise.disturbed,
    unseen: noise.unseen,
  };
}
