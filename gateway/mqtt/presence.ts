/** Most devices whose presence is remembered. */
export const presenceMax = 10_000;

/** Whether each device is connected, as its last will or an availability message says. */
export interface Presence {
  readonly set: (device: string, online: boolean) => void;
  readonly all: () => Readonly<Record<string, "online" | "offline">>;
}

/** Makes an empty memory of presence. */
export function presenceMemory(): Presence {
  const devices = new Map<string, "online" | "offline">();
  return {
    set: (device, online) => {
      if (devices.has(device) || devices.size < presenceMax)
        devices.set(device, online ? "online" : "offline");
    },
    all: () => Object.fromEntries(devices),
  };
}
