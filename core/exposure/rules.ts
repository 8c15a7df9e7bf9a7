import { hourMs, minuteMs } from "../time/millis.ts";
import type { ExposureKind } from "./exposure.ts";
import type { Component, Rule } from "./rule.ts";

const away: readonly ExposureKind[] = ["out-of-storage"];
const failed: readonly ExposureKind[] = ["equipment"];
const carried: readonly ExposureKind[] = ["transport"];
const anywhere: readonly ExposureKind[] = ["equipment", "out-of-storage", "transport"];

const edqm = "EDQM Guide to the preparation, use and quality assurance of blood components";

const of = (...components: Component[]): Rule["appliesTo"] => ({ components, profiles: [] });

/**
 * The rules that Coldkeep brings along, with their sources; docs/units.md says how well each source could be checked. A user's quality unit says
 * which apply, and may write others.
 */
export const adviceRules: readonly Rule[] = [
  {
    id: "out-30-min",
    title: "Out of storage for at most 30 minutes, each time",
    source: "New Zealand Blood Service, Transfusion Medicine Handbook 3.11",
    edition: "as read for Coldkeep 0.1",
    isDefault: true,
    appliesTo: of("red-cells"),
    requirements: [{ figure: "longest", kinds: away, atMostMs: 30 * minuteMs }],
  },
  {
    id: "out-60-min",
    title: "Out of storage for at most 60 minutes, each time",
    source: "Canada, CSA Z902-15, clause 10.10.5",
    edition: "2015, in force since 2016",
    isDefault: false,
    appliesTo: of("red-cells"),
    requirements: [{ figure: "longest", kinds: away, atMostMs: 60 * minuteMs }],
  },
  {
    id: "out-30-60-min-rested",
    title:
      "Out of storage for 30 to 60 minutes at most three times, each followed by 6 hours in a secure refrigerator",
    source: "UK, JPAC Red Book, Change Notification 33-2016",
    edition: "2016, figures from memory: to be confirmed",
    isDefault: false,
    appliesTo: of("red-cells"),
    requirements: [
      { figure: "longest", kinds: away, atMostMs: 60 * minuteMs },
      { figure: "count", kinds: away, longerThanMs: 30 * minuteMs, atMost: 3 },
      { figure: "rest", kinds: away, longerThanMs: 30 * minuteMs, restMs: 6 * hourMs },
    ],
  },
  {
    id: "equipment-once-10-c-5-h",
    title: "One equipment failure only, at most 5 hours, never warmer than 10 nor colder than 1 degrees",
    source: "UK, NHS Blood and Transplant, Temperature excursions",
    edition: "as read for Coldkeep 0.1",
    isDefault: false,
    appliesTo: of("red-cells"),
    requirements: [
      { figure: "count", kinds: failed, longerThanMs: 0, atMost: 1 },
      { figure: "total", kinds: failed, atMostMs: 5 * hourMs },
      { figure: "warmest", kinds: failed, atMostCelsius: 10, isStrict: false },
      { figure: "coldest", kinds: failed, atLeastCelsius: 1 },
    ],
  },
  {
    id: "transport-once-12-h",
    title: "In transport once, at most 12 hours, between 2 and 10 degrees",
    source: "UK, Transfusion Medicine 2011, doi 10.1111/j.1365-3148.2011.01083.x",
    edition: "2011",
    isDefault: false,
    appliesTo: of("red-cells"),
    requirements: [
      { figure: "times", kinds: carried, atMost: 1 },
      { figure: "lasting", kinds: carried, atMostMs: 12 * hourMs },
      { figure: "warmest", kinds: carried, atMostCelsius: 10, isStrict: false },
      { figure: "coldest", kinds: carried, atLeastCelsius: 2 },
    ],
  },
  {
    id: "transport-red-cells-24-h",
    title: "Red cells in transport for at most 24 hours at a time, between 2 and 10 degrees",
    source: `${edqm}; WHO, blood cold chain`,
    edition: "from memory: to be confirmed",
    isDefault: true,
    appliesTo: of("red-cells"),
    requirements: [
      { figure: "lasting", kinds: carried, atMostMs: 24 * hourMs },
      { figure: "warmest", kinds: carried, atMostCelsius: 10, isStrict: false },
      { figure: "coldest", kinds: carried, atLeastCelsius: 2 },
    ],
  },
  {
    id: "transport-platelets-20-24",
    title: "Platelets in transport as near as possible to 20 to 24 degrees",
    source: `${edqm}; USA, 21 CFR 600.15`,
    edition: "EDQM from memory: to be confirmed",
    isDefault: true,
    appliesTo: of("platelets"),
    requirements: [
      { figure: "warmest", kinds: carried, atMostCelsius: 24, isStrict: false },
      { figure: "coldest", kinds: carried, atLeastCelsius: 20 },
    ],
  },
  {
    id: "transport-plasma-frozen",
    title: "Plasma in transport stays frozen: never warmer than -18 degrees",
    source: `USA, 21 CFR 600.15; ${edqm}, says only: kept frozen`,
    edition: "as read for Coldkeep 0.1; EDQM from memory: to be confirmed",
    isDefault: true,
    appliesTo: of("plasma"),
    requirements: [{ figure: "warmest", kinds: carried, atMostCelsius: -18, isStrict: false }],
  },
  {
    id: "transport-source-plasma",
    title: "Source plasma in transport never warmer than -5 degrees",
    source: "USA, 21 CFR 600.15",
    edition: "as read for Coldkeep 0.1",
    isDefault: false,
    appliesTo: of("source-plasma"),
    requirements: [{ figure: "warmest", kinds: carried, atMostCelsius: -5, isStrict: false }],
  },
  {
    id: "red-cells-not-frozen",
    title: "Red cells never colder than 0 degrees: freezing breaks them",
    source: "Haemolysis by freezing; UK limit of 1 degree in Temperature excursions",
    edition: "as read for Coldkeep 0.1",
    isDefault: true,
    appliesTo: of("red-cells"),
    requirements: [{ figure: "coldest", kinds: [...failed, ...carried], atLeastCelsius: 0 }],
  },
  {
    id: "platelets-agitation",
    title: "Platelets without agitation for at most 24 hours in all, at most 8 at a time",
    source: "UK, NHS Blood and Transplant, Guidance on the non-agitation of platelets",
    edition: "as read for Coldkeep 0.1",
    isDefault: true,
    appliesTo: of("platelets"),
    requirements: [
      { figure: "total", kinds: ["no-agitation"], atMostMs: 24 * hourMs },
      { figure: "longest", kinds: ["no-agitation"], atMostMs: 8 * hourMs },
    ],
  },
  {
    id: "source-plasma-640-76",
    title: "One episode warmer than -20 degrees, at most 72 hours, always colder than -5",
    source: "USA, 21 CFR 640.76(a)(2)",
    edition: "2005",
    isDefault: false,
    appliesTo: of("source-plasma"),
    requirements: [
      { figure: "times-warmer", kinds: anywhere, celsius: -20, atMost: 1 },
      { figure: "time-warmer", kinds: anywhere, celsius: -20, atMostMs: 72 * hourMs },
      { figure: "warmest", kinds: anywhere, atMostCelsius: -5, isStrict: true },
    ],
  },
  {
    id: "plasma-ph-eur-0853",
    title:
      "Warmer than -20 degrees for at most 72 hours in all, warmer than -15 at most once, never warmer than -5",
    source: "European Pharmacopoeia, monograph 0853, Human plasma for fractionation",
    edition: "from memory: to be confirmed",
    isDefault: false,
    appliesTo: of("plasma", "source-plasma"),
    requirements: [
      { figure: "time-warmer", kinds: anywhere, celsius: -20, atMostMs: 72 * hourMs },
      { figure: "times-warmer", kinds: anywhere, celsius: -15, atMost: 1 },
      { figure: "warmest", kinds: anywhere, atMostCelsius: -5, isStrict: false },
    ],
  },
];
