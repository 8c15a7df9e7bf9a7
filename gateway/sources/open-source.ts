import type { Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { Recorder } from "../intake/recorder.ts";
import type { OpenCarrier } from "../modbus/carrier.ts";
import type { ModbusRtuSettings, ModbusTcpSettings } from "../modbus/modbus-settings.ts";
import type { GatewaySettings } from "../settings/settings.ts";
import type { Source } from "./source.ts";
import type { SourceSettings } from "./source-settings.ts";

/** What every source is made of besides its own settings. */
export interface SourceParts {
  readonly gateway: GatewaySettings;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly counters: Counters;
  readonly log: Log;
  /** True for somebody who only listens: no session is left at a broker. Default false. */
  readonly leavesNothing?: boolean;
}

/**
 * Makes the source that its settings describe; it does nothing before `start`. What a kind of source needs is loaded only where there is such a
 * source: on a small box each library counts.
 */
export async function openSource(settings: SourceSettings, parts: SourceParts): Promise<Source> {
  const { gateway, leavesNothing = false, ...common } = parts;
  switch (settings.kind) {
    case "mqtt": {
      const clientId = settings.clientId ?? `coldkeep-${gateway.gateway}-${settings.id}`;
      const pauseMaxMs = gateway.pauseMax;
      const { mqttSource } = await import("../mqtt/mqtt-source.ts");
      const { deviceSource } = await import("../mqtt/device-source.ts");
      return settings.dialect === "coldkeep"
        ? mqttSource({ ...common, settings: { ...settings, clientId }, pauseMaxMs, clean: leavesNothing })
        : deviceSource({ ...common, settings: { ...settings, clientId }, pauseMaxMs });
    }
    case "modbus-rtu":
    case "modbus-tcp": {
      const { modbusSource } = await import("../modbus/modbus-source.ts");
      return modbusSource({
        ...common,
        settings,
        rules: { silenceMaxMs: gateway.silenceMax, pauseMaxMs: gateway.pauseMax },
        isMapped: (channel) =>
          Object.hasOwn(gateway.probes, channel) || Object.hasOwn(gateway.signals, channel),
        openCarrier: await carrierOf(settings, parts.clock),
      });
    }
    case "onewire": {
      const { onewireSource } = await import("../onewire/onewire-source.ts");
      const { sensorFiles } = await import("../onewire/sensor-files.ts");
      return onewireSource({ ...common, settings, files: sensorFiles(settings.root) });
    }
    case "serial": {
      const { serialSource } = await import("../serial/serial-source.ts");
      const { openSerialLine } = await import("../serial/serial-line.ts");
      return serialSource({
        ...common,
        settings,
        openLine: openSerialLine,
        rules: {
          // A line of the answer counts once it is on disk.
          resendTimeoutMs: gateway.resendTimeout + gateway.commitWithin,
          resendAttempts: gateway.resendAttempts,
          silenceMaxMs: gateway.silenceMax,
          pauseMaxMs: gateway.pauseMax,
          driftMaxMs: gateway.driftMax,
        },
      });
    }
    case "sparkplug": {
      const clientId = settings.clientId ?? `coldkeep-${gateway.gateway}-${settings.id}`;
      const { sparkplugSource } = await import("../sparkplug/sparkplug-source.ts");
      return sparkplugSource({
        ...common,
        settings: { ...settings, clientId },
        pauseMaxMs: gateway.pauseMax,
      });
    }
  }
}

async function carrierOf(
  settings: ModbusRtuSettings | ModbusTcpSettings,
  clock: Clock,
): Promise<OpenCarrier> {
  if (settings.kind === "modbus-tcp") {
    const { tcpCarrier } = await import("../modbus/tcp-carrier.ts");
    const { openTcpLink } = await import("../modbus/tcp-link.ts");
    return (events) => tcpCarrier({ ...settings, openLink: openTcpLink, clock }, events);
  }
  const { rtuCarrier } = await import("../modbus/rtu-carrier.ts");
  const { openSerialLine } = await import("../serial/serial-line.ts");
  const { path, baudRate, parity, stopBits, pause } = settings;
  return (events) =>
    rtuCarrier(
      { path, baudRate, frame: { parity, stopBits }, pauseMs: pause, openLine: openSerialLine, clock },
      events,
    );
}
