import type { Language } from "@coldkeep/core/duty/media.ts";

/** What the page says on which a call is answered. */
export interface AnswerWords {
  readonly title: string;
  readonly intro: (name: string) => string;
  readonly taken: (by: string) => string;
  readonly over: string;
  readonly what: string;
  readonly whatHint: string;
  readonly within: string;
  readonly minutes: (count: number) => string;
  readonly take: string;
  readonly after: string;
  readonly done: (until: string) => string;
  /** Said once a drill was answered. */
  readonly drillDone: string;
  readonly nothing: string;
  readonly more: (count: number) => string;
  readonly missing: string;
  readonly invalidTitle: string;
  readonly invalid: string;
}

/** The words in each language. */
export const answerWords: Readonly<Record<Language, AnswerWords>> = {
  en: {
    title: "Take it on",
    intro: (name) => `${name}, you were called about:`,
    taken: (by) => `taken on by ${by}`,
    over: "back to normal",
    what: "What will you do?",
    whatHint: "For instance: I am moving the bags to refrigerator 2",
    within: "Within",
    minutes: (count) => `${count} minutes`,
    take: "I take it on",
    after: "Others stop being called until then. If it is still on, you are called again.",
    done: (until) =>
      `Noted. Others are not called any more. If it is still on at ${until}, people are called again.`,
    drillDone: "Noted. With your answer the drill is over; there is nothing more to do.",
    nothing: "Somebody has taken it on already, or it is over. There is nothing to answer any more.",
    more: (count) => `and ${count} more on the board`,
    missing: "Say what you will do, in at most 200 characters.",
    invalidTitle: "This link is not good any more",
    invalid:
      "It is older than a day, or was copied in part. Look at the board, or answer the newest message.",
  },
  nl: {
    title: "Op u nemen",
    intro: (name) => `${name}, u werd opgeroepen voor:`,
    taken: (by) => `opgenomen door ${by}`,
    over: "weer normaal",
    what: "Wat gaat u doen?",
    whatHint: "Bijvoorbeeld: ik breng de zakjes naar koelkast 2",
    within: "Binnen",
    minutes: (count) => `${count} minuten`,
    take: "Ik neem het op mij",
    after:
      "Tot dan wordt niemand anders opgeroepen. Is het dan nog niet in orde, dan wordt er opnieuw opgeroepen.",
    done: (until) =>
      `Genoteerd. Anderen worden niet meer opgeroepen. Is het om ${until} nog niet in orde, dan wordt er opnieuw opgeroepen.`,
    drillDone: "Genoteerd. Met uw antwoord is de oefening voorbij; u hoeft niets meer te doen.",
    nothing: "Iemand heeft het al op zich genomen, of het is voorbij. Er valt niets meer te beantwoorden.",
    more: (count) => `en nog ${count} op het bord`,
    missing: "Zeg wat u gaat doen, in hoogstens 200 tekens.",
    invalidTitle: "Deze link is niet meer geldig",
    invalid:
      "Hij is ouder dan een dag of werd niet volledig gekopieerd. Kijk op het bord, of antwoord op het nieuwste bericht.",
  },
  fr: {
    title: "Prendre en charge",
    intro: (name) => `${name}, vous avez été appelé(e) pour :`,
    taken: (by) => `pris en charge par ${by}`,
    over: "revenu à la normale",
    what: "Qu’allez-vous faire ?",
    whatHint: "Par exemple : je déplace les poches vers le réfrigérateur 2",
    within: "Dans les",
    minutes: (count) => `${count} minutes`,
    take: "Je m’en charge",
    after: "D’ici là, personne d’autre n’est appelé. Si ce n’est pas réglé, on vous rappelle.",
    done: (until) =>
      `C’est noté. Les autres ne sont plus appelés. Si ce n’est pas réglé à ${until}, on rappelle.`,
    drillDone: "C’est noté. Votre réponse met fin à l’exercice ; il n’y a plus rien à faire.",
    nothing: "Quelqu’un s’en charge déjà, ou c’est terminé. Il n’y a plus rien à répondre.",
    more: (count) => `et ${count} autres au tableau`,
    missing: "Dites ce que vous allez faire, en 200 caractères au plus.",
    invalidTitle: "Ce lien n’est plus valable",
    invalid:
      "Il a plus d’un jour ou n’a pas été copié en entier. Regardez le tableau, ou répondez au message le plus récent.",
  },
};
