/**
 * What the audit trail is searched by (docs/records.md). Each index ends in the entry's number by itself, so that the newest entries of an actor, an action or a subject
 * are found without sorting.
 */
export const trailIndexesSql = `
CREATE INDEX IF NOT EXISTS audit_by_at ON audit (at);
CREATE INDEX IF NOT EXISTS audit_by_actor ON audit (actor);
CREATE INDEX IF NOT EXISTS audit_by_action ON audit (action);
CREATE INDEX IF NOT EXISTS audit_by_group ON audit (substr(action, 1, instr(action, '.') - 1));
CREATE INDEX IF NOT EXISTS audit_by_subject ON audit (subject);
CREATE INDEX IF NOT EXISTS audit_by_people ON audit (seq) WHERE actor >= 'person:' AND actor < 'person;';
`;
