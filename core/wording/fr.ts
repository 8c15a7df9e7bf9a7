import { frenchNumber } from "./numbers.ts";
import type { Words } from "./words.ts";

/** In French nothing and one are singular. */
const count = (many: number, one: string, several: string): string => `${many} ${many < 2 ? one : several}`;

/** What messages say in French, as in Belgium. */
export const fr: Words = {
  locale: "fr-BE",
  decimal: ",",
  colon: " : ",
  units: { day: "j", hour: "h", minute: "min" },
  drill: "EXERCICE",
  repeated: "Répété",
  heads: {
    critical: "CRITIQUE",
    criticalAgain: "Encore CRITIQUE",
    alarm: "Alarme",
    again: "Toujours en cours",
    advice: "Pour info",
    back: "Retour à la normale",
  },
  kinds: {
    "temperature-high": {
      one: "trop chaud",
      many: "trop chaud",
      act: "Allez voir : la porte est-elle fermée, l'appareil tourne-t-il ? S'il reste trop chaud, déplacez les poches.",
    },
    "temperature-low": {
      one: "trop froid",
      many: "trop froid",
      act: "Allez voir. S'il reste trop froid, déplacez les poches : des globules rouges gelés sont perdus.",
    },
    "temperature-warning-high": {
      one: "se réchauffe",
      many: "se réchauffe",
      act: "Allez voir bientôt : porte, chargement, compresseur.",
    },
    "temperature-warning-low": {
      one: "se refroidit",
      many: "se refroidit",
      act: "Allez voir bientôt : consigne, chargement.",
    },
    "probe-silent": {
      one: "plus de mesure",
      many: "plus de mesure",
      act: "Lisez le thermomètre de l'appareil lui-même, puis vérifiez la sonde et sa ligne.",
    },
    "probe-fault": {
      one: "sonde en défaut",
      many: "sondes en défaut",
      act: "Lisez le thermomètre de l'appareil lui-même, puis vérifiez la sonde.",
    },
    "probe-disagreement": {
      one: "sondes en désaccord",
      many: "sondes en désaccord",
      act: "Mesurez avec un troisième thermomètre : une des deux sondes se trompe.",
    },
    "late-excursion": {
      one: "excursion découverte tard",
      many: "excursions découvertes tard",
      act: "Ne délivrez pas les poches bloquées ; décidez-en dans la liste de travail.",
    },
    "gateway-silent": {
      one: "n'envoie rien",
      many: "passerelle muette",
      act: "Lisez les thermomètres derrière cette passerelle, puis vérifiez son courant et son réseau.",
    },
    power: {
      one: "courant coupé",
      many: "courant coupé",
      act: "Gardez les portes fermées. Demandez combien de temps cela durera et préparez une place pour les poches.",
    },
    door: { one: "porte ouverte", many: "portes ouvertes", act: "Fermez la porte." },
    agitator: {
      one: "agitateur arrêté",
      many: "agitateurs arrêtés",
      act: "Redémarrez l'agitateur ou mettez les plaquettes sur un autre.",
    },
    battery: { one: "pile faible", many: "piles faibles", act: "Remplacez la pile." },
    clock: { one: "horloge déréglée", many: "horloges déréglées", act: "Faites régler l'horloge." },
    buffer: {
      one: "tampon presque plein",
      many: "tampons presque pleins",
      act: "Faites réparer sa liaison avec le serveur avant que des mesures ne se perdent.",
    },
    "notification-failing": {
      one: "les messages n'arrivent pas",
      many: "les messages n'arrivent pas",
      act: "Prévenez vous-même les gens tant que cela dure : ils ne savent peut-être rien. Puis vérifiez ce canal.",
    },
    "projection-behind": {
      one: "historique en retard",
      many: "historique en retard",
      act: "Faites vérifier InfluxDB. Les alarmes et les excursions n'en dépendent pas.",
    },
    "backup-overdue": {
      one: "sauvegarde en retard",
      many: "sauvegardes en retard",
      act: "Faites vérifier la sauvegarde.",
    },
    "report-failing": {
      one: "rapport périodique non établi",
      many: "rapports périodiques non établis",
      act: "Faites vérifier les rapports périodiques.",
    },
    "bounces-unread": {
      one: "mails refusés non lus",
      many: "mails refusés non lus",
      act: "Faites vérifier la boîte et son mot de passe. D'ici là, personne ne voit qu'un mail n'est pas arrivé.",
    },
    "holds-unconfirmed": {
      one: "blocages non confirmés",
      many: "blocages non confirmés",
      act: "Appelez la banque de sang : son système peut encore délivrer les poches bloquées ici.",
    },
    "person-unreached": {
      one: "injoignable",
      many: "personnes injoignables",
      act: "Prévenez cette personne ou chargez-vous-en. Puis corrigez l'adresse.",
    },
    "nobody-on-call": {
      one: "personne n'est de garde",
      many: "personne n'est de garde",
      act: "Chargez-vous-en ou trouvez quelqu'un. Puis corrigez le rôle de garde.",
    },
    unanswered: {
      one: "personne ne répond",
      many: "personne ne répond",
      act: "Allez voir maintenant : tout le monde a été appelé et personne n'a répondu.",
    },
    "canary-late": {
      one: "alarme d'essai non reçue",
      many: "alarmes d'essai non reçues",
      act: "Les alarmes n'arrivent peut-être plus : gardez le tableau à l'œil, puis vérifiez ce canal.",
    },
  },
  several: "plusieurs alarmes",
  faults: {
    open: "circuit ouvert",
    short: "court-circuit",
    disconnected: "débranchée",
    "power-on": "vient de démarrer",
    range: "hors de sa plage de mesure",
    bus: "contrôle de ligne en échec",
    implausible: "mesure impossible",
    stuck: "bloquée sur une valeur",
    jump: "fait des sauts impossibles",
    disagrees: "contredit sa voisine",
    unspecified: "sans raison indiquée",
  },
  phases: {
    normal: "normal, terminé",
    unacknowledged: "personne ne s'en charge",
    acknowledged: "quelqu'un s'en charge",
    "returned-unacknowledged": "terminé, pas encore acquitté",
    "latched-unacknowledged": "terminé, attend acquittement et remise à zéro",
    "latched-acknowledged": "terminé, attend la remise à zéro",
    shelved: "mis de côté",
    suppressed: "couvert par une autre alarme",
    "out-of-service": "hors service",
  },
  beyond: (side, celsius, limit) =>
    `${celsius ?? "température inconnue"}, trop ${side === "high" ? "chaud (max" : "froid (min"} ${limit?.replace(" °C", "") ?? "du profil"})`,
  beyondWarning: (side, celsius, warning) =>
    `${celsius ?? "température"}, ${side === "high" ? "au-dessus" : "au-dessous"} du seuil ${warning ?? "du profil"}`,
  lateExcursion: (side, length) =>
    `découvert tard : ${side === "unmonitored" ? "sans surveillance" : side === "high" ? "trop chaud" : "trop froid"} pendant ${length}`,
  was: (what) => `avant, ${what}`,
  unanswered: (first, others) =>
    `personne ne répond : ${first}${others === 0 ? "" : ` et ${others} de plus`}`,
  gap: (from, to) => {
    // A time alone takes another preposition than a day with its time.
    const isTime = (text: string): boolean => /^\d\d:\d\d$/.test(text);
    const until = `${isTime(to) ? "à" : "au"} ${to}`;
    const span = from === null ? `jusqu'${until}` : `${isTime(from) ? "de" : "du"} ${from} ${until}`;
    return `personne n'est de garde ${span}`;
  },
  device: (id, isGateway) => `${isGateway ? "Passerelle" : "Appareil"} ${id}`,
  probe: (id) => `sonde ${id}`,
  tries: (many) => count(many, "essai raté", "essais ratés"),
  since: (time) => `depuis ${time}`,
  from: (time, until) => `dès ${time}${until === null ? "" : ` jusqu'à ${until}`}`,
  lasting: (length) => `depuis ${length}`,
  left: (length) => `encore ${length}`,
  leftAbout: (length) => `encore ~${length}`,
  lessThan: (length) => `moins de ${length}`,
  excursionAt: (length, time) =>
    `${length}, jusqu'à ${time} ; ensuite c'est une excursion et les poches sont bloquées`,
  unmonitoredAt: (length, time) =>
    `${length}, jusqu'à ${time} ; ensuite ce temps n'est pas prouvé et les poches sont bloquées`,
  limitAt: (length, time, earliest, latest) =>
    `environ ${length} : la limite est attendue à ${time}, entre ${earliest} et ${latest} (une prévision, pas une certitude)`,
  isExcursion: "aucun : c'est une excursion, les poches sont bloquées",
  isUnmonitored: "aucun : ce temps n'est pas prouvé, les poches sont bloquées",
  where: (kind, name) =>
    ({
      appliance: `à ${name}`,
      gateway: `derrière la passerelle ${name}`,
      circuit: `sur le circuit ${name}`,
      room: `dans le local ${name}`,
      site: `à ${name}`,
    })[kind],
  unitsInside: (many) => count(many, "poche", "poches"),
  appliances: (many) => count(many, "appareil", "appareils"),
  alarms: (many) => count(many, "alarme", "alarmes"),
  more: (many) => `+ ${many} de plus`,
  moreOnBoard: (many) => `et ${many} de plus sur le tableau`,
  labels: {
    first: "Première",
    todo: "À faire",
    left: "Temps restant",
    appliance: "Appareil",
    about: "Concerne",
    room: "Local",
    circuit: "Circuit électrique",
    probe: "Sonde",
    measured: "Mesuré",
    limit: "Limite",
    critical: "Critique au-delà de",
    since: "Depuis",
    raised: "Début",
    written: "Rédigé",
    units: "Poches à l'intérieur",
    held: "Poches bloquées",
    state: "État",
    alarm: "Alarme n°",
    cause: "Origine",
    alarms: "Alarmes",
    reason: "Raison indiquée",
    seen: "Vu par la passerelle",
    recorded: "Au registre",
    board: "Tableau",
    answer: "Répondez ici",
  },
  appliancesList: "Appareils",
  alarmsList: "Alarmes, chacune avec son dossier",
  worse: "Cela s'est aggravé depuis que vous avez été prévenu.",
  sayFirst: "Avant d'y aller, dites ce que vous ferez et pour quand : personne d'autre n'est alors appelé.",
  gone: "La cause de l'alarme a disparu. Le dossier, l'excursion et le blocage des poches n'en sont pas changés.",
  goneMany:
    "Les causes de ces alarmes ont disparu. Les dossiers, les excursions et le blocage des poches n'en sont pas changés.",
  drillNote: "Ceci est un exercice : répondez comme pour une vraie alarme. Aucune poche n'est bloquée.",
  drillNoteShort:
    "Ceci est un exercice : répondez comme pour une vraie alarme, mais ne déplacez aucune poche.",
  drillNews: {
    begins: {
      head: (where) => `${where}: début d'un test d'alarme`,
      said: "Un test d'alarme commence. Les messages qui débutent par EXERCICE en font partie : répondez comme pour une vraie alarme. Tous les autres sont réels.",
    },
    answered: {
      head: (where, by) => `${where}: terminé, ${by} a répondu`,
      said: (by, within) =>
        `L'exercice est terminé : ${by} a répondu ${within} après l'alarme. Il n'y a plus rien à faire.`,
    },
    unanswered: {
      head: (where) => `${where}: terminé, personne n'a répondu`,
      said: "L'exercice est terminé. Il n'y a plus rien à faire.",
    },
    cancelled: {
      head: (where) => `${where}: arrêté`,
      said: "L'exercice a été arrêté. Il n'y a plus rien à faire.",
    },
    brokenOff: {
      head: (where) => `${where}: interrompu, il y a une VRAIE alarme`,
      said: "L'exercice est interrompu parce qu'il y a une vraie alarme. Les messages sans EXERCICE sont réels : occupez-vous de ceux-là.",
    },
    record: "Rapport",
  },
  testMessage: {
    head: (site) => `Test de Coldkeep ${site} : pas d'alarme`,
    said: (by) =>
      `${by} vérifie si les messages vous parviennent. Il n'y a pas d'alarme et il n'est pas nécessaire de répondre.`,
  },
  digest: (many) => `${count(many, "avis", "avis")} de la journée`,
  digestNote: "Rien de ceci ne pressait à son arrivée. Parcourez-le quand vous avez le temps.",
  promise: (who, what, by) =>
    `${who ?? "Quelqu'un"} a promis ${what === null ? "de s'en occuper" : `« ${what} »`} pour ${by} ; ce n'est toujours pas rentré dans l'ordre`,
  promiseNote: "Demandez ce qui s'est passé et allez voir.",
  reply: (code) => `Répondez ${code} 30 = je m'en charge, réglé dans 30 min`,
  replyShort: (code) => `Répondez ${code} = je m'en charge`,
  spoken: {
    number: frenchNumber,
    minus: "moins",
    point: "virgule",
    degrees: "degrés",
    here: (site) => `Ici Coldkeep pour ${site}.`,
    critical: "Alarme critique.",
    alarm: "Une alarme.",
    still: "L'alarme dure toujours.",
    advice: "Pour information.",
    back: "Retour à la normale.",
    beyond: (side, celsius, limit) =>
      `${celsius ?? "température inconnue"}, trop ${side === "high" ? "chaud, maximum" : "froid, minimum"} ${limit ?? "du profil"}`,
    beyondWarning: (side, celsius, warning) =>
      `${celsius ?? "température"}, ${side === "high" ? "au-dessus" : "au-dessous"} du seuil ${warning ?? "du profil"}`,
    minutes: (many, words) => `${many === 1 ? "une" : words} ${many < 2 ? "minute" : "minutes"}`,
    hours: (many, words) => `${many === 1 ? "une" : words} ${many < 2 ? "heure" : "heures"}`,
    days: (many, words) => `${words} ${many < 2 ? "jour" : "jours"}`,
    and: "et",
    left: (length) => `encore ${length}`,
    leftAbout: (length) => `encore environ ${length}`,
    lasting: (length) => `depuis ${length}`,
    units: (many, words) => `${many === 1 ? "une" : words} ${many < 2 ? "poche" : "poches"} à l'intérieur`,
    inAppliances: (many, words) => `dans ${words} ${many < 2 ? "appareil" : "appareils"}`,
    again: "Je répète.",
    press:
      "Appuyez sur un pour vous en charger. Appuyez sur deux pour réécouter. Appuyez sur trois si vous ne pouvez pas venir : nous appelons aussitôt quelqu'un d'autre.",
    noKeys:
      "Cet appel ne se répond ni par la voix ni par les touches. Chargez-vous-en par votre message ou sur le tableau.",
  },
};
