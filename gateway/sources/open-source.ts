import type { Clock, Random } from "@coldkeep/core/time/clock.ts";
import type { Counters } from "../health/counters.ts";
import type { Log } from "../health/log.ts";
import type { Recorder } from "../intake/recorder.ts";
import { deviceSource } from "../mqtt/device-source.ts";
import type { Carrier, CarrierEvents } from "../modbus/carrier.ts";
import type { ModbusRtuSettings, ModbusTcpSettings } from "../modbus/modbus-settings.ts";
import { modbusSource } from "../modbus/modbus-source.ts";
import { rtuCarrier } from "../modbus/rtu-carrier.ts";
import { tcpCarrier } from "../modbus/tcp-carrier.ts";
import { openTcpLink } from "../modbus/tcp-link.ts";
import { mqttSource } from "../mqtt/mqtt-source.ts";
import { onewireSource } from "../onewire/onewire-source.ts";
import { sensorFiles } from "../onewire/sensor-files.ts";
import { openSerialLine } from "../serial/serial-line.ts";
import { serialSource } from "../serial/serial-source.ts";
import { sparkplugSource } from "../sparkplug/sparkplug-source.ts";
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

/** Makes the source that its settings describe; it does nothing before `start`. */
export function openSource(settings: SourceSettings, parts: SourceParts): Source {
  const { gateway, leavesNothing = false, ...common } = parts;
  switch (settings.kind) {
    case "mqtt": {
      const clientId = settings.clientId ?? `coldkeep-${gateway.gateway}-${settings.id}`;
      const pauseMaxMs = gateway.pauseMax;
      return settings.dialect === "coldkeep"
        ? mqttSource({ ...common, settings: { ...settings, clientId }, pauseMaxMs, clean: leavesNothing })
        : deviceSource({ ...common, settings: { ...settings, clientId }, pauseMaxMs });
    }
    case "modbus-rtu":
    case "modbus-tcp":
      return modbusSource({
        ...common,
        settings,
        rules: { silenceMaxMs: gateway.silenceMax, pauseMaxMs: gateway.pauseMax },
        isMapped: (channel) =>
          Object.hasOwn(gateway.probes, channel) || Object.hasOwn(gateway.signals, channel),
        openCarrier: (events) => openCarrier(settings, parts.clock, events),
      });
    case "onewire":
      return onewireSource({ ...common, settings, files: sensorFiles(settings.root) });
    case "serial":
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
    case "sparkplug": {
      const clientId = settings.clientId ?? `coldkeep-${gateway.gateway}-${settings.id}`;
      return sparkplugSource({
        ...common,
        settings: { ...settings, clientId },
        pauseMaxMs: gateway.pauseMax,
      });
    }
  }
}

function openCarrier(
  settings: ModbusRtuSettings | ModbusTcpSettings,
  clock: Clock,
  events: CarrierEvents,
): Carrier {
  if (settings.kind === "modbus-tcp")
    return tcpCarrier({ ...settings, openLink: openTcpLink, clock }, events);
  const { path, baudRate, parity, stopBits, pause } = settings;
  return rtuCarrier(
    { path, baudRate, frame: { parity, stopBits }, pauseMs: pause, openLine: openSerialLine, clock },
    events,
  );
}
