import type { Language } from "../duty/media.ts";
import { dutchNumber, englishNumber, frenchNumber } from "./numbers.ts";

/** What is said on the telephone to whoever pressed a key, or pressed none. */
export interface PhoneWords {
  /** A time of day, hours 0 to 23. */
  readonly time: (hours: number, minutes: number) => string;
  readonly taken: (until: string) => string;
  readonly declined: string;
  readonly nothingOpen: string;
  readonly otherKey: string;
  readonly noKey: string;
  /** Of a message that asks for nothing: a key still proves that somebody heard it. */
  readonly anyKey: string;
  readonly heard: string;
  readonly notPressed: string;
}

/** The words in each language. */
export const phoneWords: Readonly<Record<Language, PhoneWords>> = {
  en: {
    time: (hours, minutes) => {
      const hour = englishNumber(hours % 12 === 0 ? 12 : hours % 12);
      if (minutes === 0) return `${hour} o'clock`;
      return `${hour} ${minutes < 10 ? "oh " : ""}${englishNumber(minutes)}`;
    },
    taken: (until) => `Noted: you take it on, until ${until}. If it is not in order by then, we call again.`,
    declined: "Noted: you cannot come. We go on calling others.",
    nothingOpen: "Thank you. There is nothing left to take on: somebody already has, or it is over.",
    otherKey: "That key does nothing here.",
    noKey: "No key was pressed, so we call others.",
    anyKey: "Press any key, so that we know that you heard this.",
    heard: "Thank you. We know that you heard this.",
    notPressed: "No key was pressed.",
  },
  nl: {
    time: (hours, minutes) => {
      const hour = `${hours === 1 ? "één" : dutchNumber(hours)} uur`;
      return minutes === 0 ? hour : `${hour} ${minutes === 1 ? "één" : dutchNumber(minutes)}`;
    },
    taken: (until) =>
      `Genoteerd: u neemt het op u, tot ${until}. Is het dan nog niet in orde, dan bellen we opnieuw.`,
    declined: "Genoteerd: u kunt niet komen. We verwittigen anderen.",
    nothingOpen: "Dank u. Er valt niets meer op te nemen: iemand deed dat al, of het is voorbij.",
    otherKey: "Die toets doet hier niets.",
    noKey: "Er werd geen toets ingedrukt. We verwittigen anderen.",
    anyKey: "Druk op een toets, dan weten we dat u dit gehoord hebt.",
    heard: "Dank u. We weten dat u dit gehoord hebt.",
    notPressed: "Er werd geen toets ingedrukt.",
  },
  fr: {
    time: (hours, minutes) => {
      const hour = hours === 0 ? "minuit" : `${feminine(hours)} ${hours === 1 ? "heure" : "heures"}`;
      return minutes === 0 ? hour : `${hour} ${feminine(minutes)}`;
    },
    taken: (until) =>
      `C'est noté : vous vous en chargez, jusqu'à ${until}. Si ce n'est pas réglé d'ici là, nous rappelons.`,
    declined: "C'est noté : vous ne pouvez pas venir. Nous appelons d'autres personnes.",
    nothingOpen: "Merci. Il n'y a plus rien à prendre en charge : quelqu'un l'a déjà fait, ou c'est terminé.",
    otherKey: "Cette touche n'a pas d'effet ici.",
    noKey: "Aucune touche n'a été enfoncée : nous appelons d'autres personnes.",
    anyKey: "Appuyez sur une touche, pour que nous sachions que vous avez entendu ceci.",
    heard: "Merci. Nous savons que vous avez entendu ceci.",
    notPressed: "Aucune touche n'a été enfoncée.",
  },
};

/** Hours and minutes are feminine in French. */
function feminine(value: number): string {
  return frenchNumber(value).replace(/\bun$/u, "une");
}

/** A wall-clock time as a voice says it. */
export function spokenTime(clock: string, language: Language): string {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return phoneWords[language].time(hours, minutes);
}
