/** The ways by which a person can be told, in the order in which they are tried where a contact says nothing else. */
export const media = ["sms", "email", "voice", "webhook", "telegram", "matrix"] as const;

/** One of the ways by which a person can be told. */
export type Medium = (typeof media)[number];

/** The languages in which messages are written. */
export const languages = ["en", "nl", "fr"] as const;

/** One of the languages of messages. */
export type Language = (typeof languages)[number];
