/** Where the device's name stands in a template. */
export const devicePlace = "{device}";

/** A topic with a place for the device's name, such as `ward/{device}/telemetry`. `+` stands for a level that does not matter. */
export interface TopicTemplate {
  /** The subscription's topic filter. */
  readonly filter: string;
  /** The device that a topic names, null where the template names none, undefined where the topic is another. */
  readonly match: (topic: string) => string | null | undefined;
}

/** True where a template can be used: printable levels, the device's place at most once and a level of its own, no `#`. */
export function isTopicTemplate(template: string): boolean {
  const levels = template.split("/");
  return (
    levels.filter((level) => level === devicePlace).length <= 1 &&
    levels.every((level) => level === devicePlace || level === "+" || /^[^+#{}\p{C}]*$/u.test(level)) &&
    template !== ""
  );
}

/** Makes a template of a text for which `isTopicTemplate` holds. */
export function topicTemplate(template: string): TopicTemplate {
  const levels = template.split("/");
  const place = levels.indexOf(devicePlace);
  return {
    filter: levels.map((level) => (level === devicePlace ? "+" : level)).join("/"),
    match: (topic) => {
      const parts = topic.split("/");
      const fits =
        parts.length === levels.length &&
        levels.every((level, index) => level === devicePlace || level === "+" || level === parts[index]);
      if (!fits) return undefined;
      return place < 0 ? null : (parts[place] ?? null);
    },
  };
}
