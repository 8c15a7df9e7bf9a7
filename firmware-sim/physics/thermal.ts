import type { ThermalParameters } from "./parameters.ts";

/** All that the physics of one appliance remember. Plain data: it goes into the state file as it is. */
export interface ThermalState {
  readonly airCelsius: number;
  /** The bags, as one node. */
  readonly loadCelsius: number;
  /** What the controller's own sensor shows. */
  readonly controlCelsius: number;
  /** What the bare air probe shows, before noise. */
  readonly airProbeCelsius: number;
  /** What the buffered product probe shows, before noise. */
  readonly productProbeCelsius: number;
  readonly compressor: "on" | "off";
  /** How long the compressor has rested, ms. */
  readonly restedMs: number;
  /** Time since the last defrost began, ms; stands still without power. */
  readonly sinceDefrostMs: number;
  /** Heat that the cold pack has taken up, kJ. */
  readonly packKilojoules: number;
  /** Time since the pack was changed, ms. */
  readonly packMs: number;
}

/** What acts on an appliance from outside during a step. */
export interface ThermalInputs {
  readonly ambientCelsius: number;
  readonly doorOpen: boolean;
  /** Mains: without it neither compressor, heater nor defrost runs. */
  readonly powered: boolean;
  /** The compressor's controller runs, the compressor itself does not. */
  readonly compressorDead: boolean;
  /** The agitator's motor stands still and gives no heat. */
  readonly agitatorStopped: boolean;
}

/** Longest step of the explicit Euler method, ms; short against the fastest node's time constant. */
export const stepMsMax = 2_000;

/** An appliance at rest at its set point. */
export function settled(parameters: ThermalParameters): ThermalState {
  const celsius = parameters.setPointCelsius;
  return {
    airCelsius: celsius,
    loadCelsius: celsius,
    controlCelsius: celsius,
    airProbeCelsius: celsius,
    productProbeCelsius: celsius,
    compressor: "off",
    restedMs: parameters.minOffMs,
    sinceDefrostMs: 0,
    packKilojoules: 0,
    packMs: 0,
  };
}

/** Moves an appliance on by `lengthMs`, in steps of at most `stepMsMax`. Pure. */
export function advance(
  parameters: ThermalParameters,
  state: ThermalState,
  inputs: ThermalInputs,
  lengthMs: number,
): ThermalState {
  let current = state;
  for (let left = lengthMs; left > 0; left -= stepMsMax) {
    current = step(parameters, current, inputs, Math.min(left, stepMsMax));
  }
  return current;
}

function step(p: ThermalParameters, state: ThermalState, inputs: ThermalInputs, dtMs: number): ThermalState {
  const controlled = control(p, state, inputs, dtMs);
  const seconds = dtMs / 1_000;
  const { airCelsius: air, loadCelsius: load } = state;
  const leak = p.wallWattsPerKelvin + (inputs.doorOpen ? p.doorWattsPerKelvin : 0);
  const toLoad = p.bags * p.bagWattsPerKelvin * (air - load);
  const toPack = packWatts(p, state);
  const airWatts =
    leak * (inputs.ambientCelsius - air) - toLoad - toPack + machineWatts(p, controlled, inputs);
  const loadCapacity = p.bags * bagCapacity(p, load);
  return {
    ...controlled,
    ...agePack(p, controlled, toPack * seconds, dtMs),
    airCelsius: air + (airWatts * seconds) / (p.airKilojoulesPerKelvin * 1_000),
    loadCelsius: p.bags === 0 ? air : load + (toLoad * seconds) / (loadCapacity * 1_000),
    controlCelsius: lag(state.controlCelsius, air, dtMs, p.controlLagMs),
    airProbeCelsius: lag(state.airProbeCelsius, air, dtMs, p.airLagMs),
    productProbeCelsius: lag(state.productProbeCelsius, air, dtMs, p.productLagMs),
  };
}

/** The thermostat: a band around the set point, a shortest rest, and the defrost timer, which waits while it is too warm and then overrules both. */
function control(
  p: ThermalParameters,
  state: ThermalState,
  inputs: ThermalInputs,
  dtMs: number,
): ThermalState {
  const restedMs = state.restedMs + dtMs;
  if (!inputs.powered) return { ...state, compressor: "off", restedMs };
  const above = state.controlCelsius > p.setPointCelsius + p.hysteresisKelvin;
  const sinceDefrostMs = ageDefrost(p, state, dtMs);
  const defrosting = isDefrosting(p, sinceDefrostMs);
  const below = state.controlCelsius < p.setPointCelsius - p.hysteresisKelvin;
  if (state.compressor === "on") {
    const stops = below || defrosting || p.coolingWatts === 0;
    return stops
      ? { ...state, compressor: "off", restedMs: 0, sinceDefrostMs }
      : { ...state, restedMs: 0, sinceDefrostMs };
  }
  const starts = above && !defrosting && restedMs >= p.minOffMs && p.coolingWatts > 0;
  return { ...state, compressor: starts ? "on" : "off", restedMs, sinceDefrostMs };
}

/** Time from the end of a warm spell to the defrost that waited for it, ms: the load must come back first. */
const defrostWaitMs = 3_600_000;

function ageDefrost(p: ThermalParameters, state: ThermalState, dtMs: number): number {
  const elapsedMs = state.sinceDefrostMs + dtMs;
  const warm = state.controlCelsius > p.setPointCelsius + 2 * p.hysteresisKelvin;
  if (p.defrostEveryMs === 0) return 0;
  if (warm && elapsedMs > p.defrostMs)
    return Math.min(elapsedMs, Math.max(p.defrostMs, p.defrostEveryMs - defrostWaitMs));
  return elapsedMs >= p.defrostEveryMs ? 0 : elapsedMs;
}

/** True while the defrost heater of an appliance that has one is on. */
function isDefrosting(p: ThermalParameters, sinceDefrostMs: number): boolean {
  return p.defrostEveryMs > 0 && sinceDefrostMs < p.defrostMs;
}

/** Heat that the machine itself adds to the air, W; below zero while it cools. */
function machineWatts(p: ThermalParameters, state: ThermalState, inputs: ThermalInputs): number {
  if (!inputs.powered) return 0;
  if (isDefrosting(p, state.sinceDefrostMs)) return p.defrostWatts;
  const motorWatts = inputs.agitatorStopped ? 0 : p.agitatorWatts;
  if (state.compressor === "on") return motorWatts - (inputs.compressorDead ? 0 : p.coolingWatts);
  return motorWatts + p.heatingWatts * heaterShare(p, state.controlCelsius);
}

/** The heater is proportional: off at the lower edge of the band, full half a band below. */
function heaterShare(p: ThermalParameters, celsius: number): number {
  const missing = p.setPointCelsius - p.hysteresisKelvin - celsius;
  return Math.min(1, Math.max(0, missing / p.hysteresisKelvin));
}

function packWatts(p: ThermalParameters, state: ThermalState): number {
  if (p.coldPack === null || state.packKilojoules >= p.coldPack.kilojoules) return 0;
  return p.coldPack.wattsPerKelvin * (state.airCelsius - p.coldPack.meltingCelsius);
}

function agePack(
  p: ThermalParameters,
  state: ThermalState,
  joules: number,
  dtMs: number,
): Pick<ThermalState, "packKilojoules" | "packMs"> {
  if (p.coldPack === null) return { packKilojoules: 0, packMs: 0 };
  const packMs = state.packMs + dtMs;
  if (packMs >= p.coldPack.changedEveryMs) return { packKilojoules: 0, packMs: 0 };
  return { packKilojoules: Math.max(0, state.packKilojoules + joules / 1_000), packMs };
}

const meltingFromCelsius = -1.5;
const meltingToCelsius = -0.5;
/** Water carries about twice the heat of ice. */
const thawedFactor = 2;

/** A bag's heat capacity at a temperature, kJ/K: while it melts, its latent heat spread over one kelvin. */
function bagCapacity(p: ThermalParameters, celsius: number): number {
  if (p.bagMeltingKilojoules === 0 || celsius < meltingFromCelsius) return p.bagKilojoulesPerKelvin;
  if (celsius < meltingToCelsius) return p.bagMeltingKilojoules / (meltingToCelsius - meltingFromCelsius);
  return p.bagKilojoulesPerKelvin * thawedFactor;
}

/** One step of a first-order lag. */
function lag(shown: number, real: number, dtMs: number, lagMs: number): number {
  return lagMs <= dtMs ? real : shown + ((real - shown) * dtMs) / lagMs;
}
