/**
 * The hospital that is simulated where the configuration names no appliances: four blood refrigerators, two plasma freezers,
 * an ultra-low freezer, a platelet incubator and a transport box; five on two serial lines, four on MQTT.
 */
export const defaultAppliances = [
  { id: "fridge-1", kind: "refrigerator", bags: 100, transport: "line-1" },
  { id: "fridge-2", kind: "refrigerator", bags: 140, transport: "line-1" },
  { id: "fridge-3", kind: "refrigerator", bags: 80, transport: "mqtt", sensor: "one-wire" },
  { id: "fridge-4", kind: "refrigerator", bags: 120, transport: "mqtt", sensor: "one-wire" },
  { id: "freezer-1", kind: "plasma-freezer", bags: 300, transport: "line-2" },
  { id: "freezer-2", kind: "plasma-freezer", bags: 360, transport: "mqtt" },
  { id: "ultra-1", kind: "ultra-low-freezer", bags: 200, transport: "line-2" },
  { id: "incubator-1", kind: "platelet-incubator", bags: 40, transport: "line-2" },
  { id: "box-1", kind: "transport-box", bags: 12, transport: "mqtt", sensor: "one-wire" },
] as const;
