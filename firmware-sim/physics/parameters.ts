/** The kinds of appliance that the simulator knows, in the words of the site file. */
export const applianceKinds = [
  "refrigerator",
  "plasma-freezer",
  "ultra-low-freezer",
  "platelet-incubator",
  "transport-box",
] as const;

/** One of the kinds. */
export type ApplianceKind = (typeof applianceKinds)[number];

/** A machine's thermal constants. The load is so many equal bags; air and liner are one fast node. */
export interface ThermalParameters {
  /** Heat leak through the walls, W/K. */
  readonly wallWattsPerKelvin: number;
  /** What an open door adds to the leak, W/K. */
  readonly doorWattsPerKelvin: number;
  /** Heat capacity of air and liner, kJ/K. */
  readonly airKilojoulesPerKelvin: number;
  /** Heat capacity of one bag, kJ/K, in the state in which it is stored. */
  readonly bagKilojoulesPerKelvin: number;
  /** Heat passed between one bag and the air, W/K. */
  readonly bagWattsPerKelvin: number;
  /** Heat that one bag takes up while its plasma melts around -1 °C, kJ; 0 for what is stored liquid. */
  readonly bagMeltingKilojoules: number;
  /** How many bags are in. */
  readonly bags: number;
  /** What the controller aims at, °C. */
  readonly setPointCelsius: number;
  /** Half the width of the controller's band, K. */
  readonly hysteresisKelvin: number;
  /** Heat that the running compressor removes, W; 0 for a passive box. */
  readonly coolingWatts: number;
  /** Heat of the controller's own heater below the band, W; 0 where it has none. */
  readonly heatingWatts: number;
  /** Heat of an agitator's motor inside, W. */
  readonly agitatorWatts: number;
  /** Shortest rest of the compressor, ms. */
  readonly minOffMs: number;
  /** Lag of the controller's sensor, ms. */
  readonly controlLagMs: number;
  /** Lag of the bare air probe, ms. */
  readonly airLagMs: number;
  /** Lag of the buffered product probe, ms. */
  readonly productLagMs: number;
  /** Time from one defrost to the next, ms; 0 for none. */
  readonly defrostEveryMs: number;
  /** Length of a defrost, during which the compressor rests, ms. */
  readonly defrostMs: number;
  /** Heat of the defrost heater, W. */
  readonly defrostWatts: number;
  /** Cold pack of a transport box; null for anything with a plug. */
  readonly coldPack: ColdPack | null;
}

/** A phase-change pack that holds its melting temperature until it has taken up its heat; staff change it on time. */
export interface ColdPack {
  /** °C */
  readonly meltingCelsius: number;
  /** Heat passed between pack and air, W/K. */
  readonly wattsPerKelvin: number;
  /** Heat that it takes up while melting, kJ. */
  readonly kilojoules: number;
  /** Time from one fresh pack to the next, ms. */
  readonly changedEveryMs: number;
}

const minute = 60_000;
const hour = 3_600_000;

const common = {
  doorWattsPerKelvin: 60,
  bagMeltingKilojoules: 0,
  heatingWatts: 0,
  agitatorWatts: 0,
  minOffMs: 3 * minute,
  controlLagMs: minute,
  airLagMs: minute,
  defrostEveryMs: 0,
  defrostMs: 0,
  defrostWatts: 0,
  coldPack: null,
};

/**
 * The parameter sets of each kind: two nodes that behave like the machines of the trade. Engineering estimates, checked against
 * published hold-over, cycling and door-opening figures in `figures.test.ts`.
 */
export const parametersOf: Readonly<Record<ApplianceKind, ThermalParameters>> = {
  refrigerator: {
    ...common,
    wallWattsPerKelvin: 2,
    airKilojoulesPerKelvin: 12,
    bagKilojoulesPerKelvin: 1.08,
    bagWattsPerKelvin: 0.3,
    bags: 100,
    setPointCelsius: 4,
    hysteresisKelvin: 0.8,
    coolingWatts: 250,
    productLagMs: 12 * minute,
    defrostEveryMs: 8 * hour,
    defrostMs: 10 * minute,
    defrostWatts: 60,
  },
  "plasma-freezer": {
    ...common,
    wallWattsPerKelvin: 1.2,
    airKilojoulesPerKelvin: 15,
    bagKilojoulesPerKelvin: 0.54,
    bagWattsPerKelvin: 0.25,
    bagMeltingKilojoules: 81,
    bags: 300,
    setPointCelsius: -32,
    hysteresisKelvin: 1.5,
    coolingWatts: 280,
    productLagMs: 15 * minute,
    defrostEveryMs: 8 * hour,
    defrostMs: 15 * minute,
    defrostWatts: 350,
  },
  "ultra-low-freezer": {
    ...common,
    wallWattsPerKelvin: 0.9,
    airKilojoulesPerKelvin: 40,
    bagKilojoulesPerKelvin: 0.51,
    bagWattsPerKelvin: 0.25,
    bagMeltingKilojoules: 81,
    bags: 200,
    setPointCelsius: -80,
    hysteresisKelvin: 1.5,
    coolingWatts: 250,
    productLagMs: 15 * minute,
  },
  "platelet-incubator": {
    ...common,
    wallWattsPerKelvin: 3,
    airKilojoulesPerKelvin: 15,
    bagKilojoulesPerKelvin: 1.17,
    bagWattsPerKelvin: 0.5,
    bags: 40,
    setPointCelsius: 22,
    hysteresisKelvin: 0.4,
    coolingWatts: 150,
    heatingWatts: 100,
    agitatorWatts: 9,
    productLagMs: 8 * minute,
  },
  "transport-box": {
    ...common,
    wallWattsPerKelvin: 0.35,
    doorWattsPerKelvin: 8,
    airKilojoulesPerKelvin: 3,
    bagKilojoulesPerKelvin: 1.08,
    bagWattsPerKelvin: 0.3,
    bags: 12,
    setPointCelsius: 4,
    hysteresisKelvin: 1,
    coolingWatts: 0,
    productLagMs: 8 * minute,
    coldPack: { meltingCelsius: 3.5, wattsPerKelvin: 4, kilojoules: 900, changedEveryMs: 24 * hour },
  },
};
