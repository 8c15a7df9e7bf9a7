import type { Language } from "../duty/media.ts";

/** What short notes say: to whoever answered a call, and to those who were called with them. `what` names what it is about, `code` a call's code. */
export interface NoteWords {
  readonly taken: (what: string, until: string) => string;
  readonly declined: (what: string) => string;
  readonly takenBy: (what: string, who: string, until: string | null) => string;
  readonly already: (what: string, who: string, until: string | null) => string;
  readonly over: (what: string) => string;
  readonly nothing: string;
  readonly unknownCode: string;
  readonly several: string;
  readonly notUnderstood: string;
  readonly how: (code: string) => string;
}

/** The words in each language. */
export const noteWords: Readonly<Record<Language, NoteWords>> = {
  en: {
    taken: (what, until) =>
      `${what}: noted, you take it on until ${until}. If it is still on then, we call again.`,
    declined: (what) => `${what}: noted, you cannot come. We call others.`,
    takenBy: (what, who, until) => `${what}: ${who} sees to it${upTo(" until", until)}. You need not come.`,
    already: (what, who, until) =>
      `${what}: ${who} has taken it on already${upTo(", until", until)}. There is nothing for you to do.`,
    over: (what) => `${what}: nobody is called about this any more. There is nothing for you to do.`,
    nothing: "No call waits for you: there is nothing to take on.",
    unknownCode: "We know no such code, or no longer. Nothing is taken on.",
    several: "Several calls wait: begin with the code. Nothing is taken on yet.",
    notUnderstood: "This was not understood. Nothing is taken on yet.",
    how: (code) => `Reply with code and minutes, such as ${code} 20`,
  },
  nl: {
    taken: (what, until) =>
      `${what}: genoteerd, u neemt het op u tot ${until}. Is het dan niet in orde, dan roepen we opnieuw op.`,
    declined: (what) => `${what}: genoteerd, u kunt niet komen. We verwittigen anderen.`,
    takenBy: (what, who, until) =>
      `${what}: ${who} neemt het op zich${upTo(" tot", until)}. U hoeft niet te komen.`,
    already: (what, who, until) =>
      `${what}: ${who} nam het al op zich${upTo(", tot", until)}. U hoeft niets te doen.`,
    over: (what) => `${what}: hiervoor wordt niemand meer opgeroepen. U hoeft niets te doen.`,
    nothing: "Er staat geen oproep voor u open: er valt niets op te nemen.",
    unknownCode: "Die code kennen we niet, of niet meer. Er is niets opgenomen.",
    several: "Er staan meerdere oproepen open: begin met de code. Er is nog niets opgenomen.",
    notUnderstood: "Dit begrepen we niet. Er is nog niets opgenomen.",
    how: (code) => `Antwoord met code en minuten, bv. ${code} 20`,
  },
  fr: {
    taken: (what, until) =>
      `${what}: c'est noté, vous vous en chargez jusqu'à ${until}. Si ce n'est pas réglé, nous rappelons.`,
    declined: (what) => `${what}: c'est noté, vous ne pouvez pas venir. Nous appelons d'autres personnes.`,
    takenBy: (what, who, until) => `${what}: ${who} s'en charge${upTo(" jusqu'à", until)}. Inutile de venir.`,
    already: (what, who, until) =>
      `${what}: ${who} s'en charge déjà${upTo(", jusqu'à", until)}. Vous n'avez rien à faire.`,
    over: (what) => `${what}: plus personne n'est appelé pour cela. Vous n'avez rien à faire.`,
    nothing: "Aucun appel ne vous attend: il n'y a rien à prendre en charge.",
    unknownCode: "Nous ne connaissons pas ce code, ou plus. Rien n'est noté.",
    several: "Plusieurs appels attendent: commencez par le code. Rien n'est encore noté.",
    notUnderstood: "Nous n'avons pas compris. Rien n'est encore noté.",
    how: (code) => `Répondez code et minutes, p. ex. ${code} 20`,
  },
};

function upTo(word: string, until: string | null): string {
  return until === null ? "" : `${word} ${until}`;
}
