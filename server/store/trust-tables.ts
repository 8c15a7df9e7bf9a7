/** Since when pairs of probes have been disagreeing (docs/sensor-trust.md). Created where it is missing, so that older records gain it. */
export const trustTablesSql = `
CREATE TABLE IF NOT EXISTS disagreements (
  probe TEXT PRIMARY KEY,
  since INTEGER NOT NULL
) WITHOUT ROWID;
`;
