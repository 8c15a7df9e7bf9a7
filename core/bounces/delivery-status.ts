/** What a delivery status notification says of one recipient (RFC 3464, 2.3). */
export interface RecipientStatus {
  /** The address as it was found in the end; empty where none is named. */
  readonly recipient: string;
  /** In lower case: `failed`, `delayed`, `delivered`, `relayed`, `expanded`, or what else it says. */
  readonly action: string;
  /** Such as `5.1.1`; empty where none is named. */
  readonly status: string;
  /** What the mail server answered; empty where that is not said. */
  readonly diagnostic: string;
}

/** A delivery status notification. */
export interface DeliveryStatus {
  /** The name that the sender gave the mail when it handed it over (RFC 3461, 4.4); null where it is not said. */
  readonly envelopeId: string | null;
  readonly recipients: readonly RecipientStatus[];
}

/** Most recipients that are taken from one notification. */
export const recipientsMax = 50;

/** Longest value of one field that is kept, in characters. */
const fieldCharactersMax = 500;

/** Reads the part message/delivery-status, whatever stands in it. Groups of fields without an action say nothing of a recipient. Never throws. */
export function readDeliveryStatus(text: string): DeliveryStatus {
  const groups = text
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/\n[ \t]+/g, " ")
    .split(/\n\s*\n/)
    .map(fieldsOf);
  const envelopeId = groups.flatMap((fields) => fields.get("original-envelope-id") ?? [])[0] ?? null;
  const recipients = groups.flatMap((fields) => {
    const action = fields.get("action");
    if (action === undefined) return [];
    return {
      recipient: withoutType(fields.get("final-recipient") ?? fields.get("original-recipient") ?? ""),
      action: (action.split(/\s/)[0] ?? "").toLowerCase(),
      status: /\d\.\d{1,3}\.\d{1,3}/.exec(fields.get("status") ?? "")?.[0] ?? "",
      diagnostic: withoutType(fields.get("diagnostic-code") ?? ""),
    };
  });
  return { envelopeId, recipients: recipients.slice(0, recipientsMax) };
}

function fieldsOf(group: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of group.split("\n")) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!fields.has(name))
      fields.set(
        name,
        line
          .slice(colon + 1)
          .trim()
          .slice(0, fieldCharactersMax),
      );
  }
  return fields;
}

/** The value behind the type that stands in front of it, such as `rfc822;`. */
function withoutType(value: string): string {
  return value.slice(value.indexOf(";") + 1).trim();
}
