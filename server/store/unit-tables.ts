/** The newest decision about a unit. */
const decisionSql =
  "(SELECT decision FROM dispositions WHERE unit = units.number ORDER BY dispositions.number DESC LIMIT 1)";

/** What a unit's status follows from: a decision to discard, a hold that stands, where it is, a decision to release. `units` is the row that is asked about. */
export const unitStatusSql = `CASE
  WHEN ${decisionSql} = 'discard' THEN 'discarded'
  WHEN EXISTS (SELECT 1 FROM holds WHERE unit = units.number AND released_at IS NULL) THEN 'held'
  WHEN ${decisionSql} = 'other-use' THEN 'other-use'
  WHEN EXISTS (SELECT 1 FROM residences WHERE unit = units.number)
    AND NOT EXISTS (SELECT 1 FROM residences WHERE unit = units.number AND "to" IS NULL) THEN 'issued'
  WHEN ${decisionSql} IN ('release', 'concession') THEN 'released'
  ELSE 'available' END`;

/** Where a unit is now; null where it is in no appliance. */
export const unitApplianceSql = `(SELECT appliance FROM residences WHERE unit = units.number AND "to" IS NULL LIMIT 1)`;

/** How each unit stands, kept beside what it follows from so that lists of hundreds of thousands are read by an index. Created where it is missing, and filled from older records. */
export const unitTablesSql = `
CREATE TABLE IF NOT EXISTS unit_standing (
  unit INTEGER PRIMARY KEY,
  status TEXT NOT NULL,
  appliance TEXT
);
CREATE INDEX IF NOT EXISTS unit_standing_by_status ON unit_standing (status, unit);
CREATE INDEX IF NOT EXISTS unit_standing_by_appliance ON unit_standing (appliance, unit);
INSERT INTO unit_standing (unit, status, appliance)
  SELECT number, ${unitStatusSql}, ${unitApplianceSql} FROM units
  WHERE NOT EXISTS (SELECT 1 FROM unit_standing);
`;
