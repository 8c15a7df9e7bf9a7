import type { ModemCode } from "@coldkeep/core/gsm/modem-state.ts";

/** What is wrong with a modem or became of a message, and what to do, for a person. */
export const modemWords: Readonly<Record<ModemCode, string>> = {
  "modem.line-closed": "The modem's serial line is not open. Is it plugged in, is the path right?",
  "modem.starting": "The modem is being set up.",
  "modem.not-answering":
    "The modem does not answer and is being reset. If that does not help, cut its power for ten seconds.",
  "modem.sim-missing": "The modem has no SIM card.",
  "modem.sim-locked": "The SIM wants its PUK. Put it into a telephone and unlock it.",
  "modem.sim-faulty": "The SIM does not work. Take it out, clean it, put it back.",
  "modem.pin-missing": "The SIM wants a PIN. Switch the PIN off in a telephone, or put it into the settings.",
  "modem.pin-refused": "The PIN was wrong and is not entered again. Correct the settings, then start anew.",
  "modem.pin-last-try": "The SIM allows one more PIN. Put it into a telephone and enter the right one.",
  "modem.service-centre-missing": "The SIM knows no service centre. Put its number into the settings (smsc).",
  "modem.no-network": "The modem has no network. Look at antenna, signal and subscription.",
  "modem.registration-denied": "The network refuses this SIM. Ask its provider.",
  "modem.queue-full": "Too many messages wait for the modem.",
  "modem.number-invalid": "Not a telephone number such as +32470123456.",
  "modem.text-too-long": "The text is too long for messages.",
  "modem.message-refused": "The network refused the message. Look at credit and subscription.",
  "modem.not-delivered": "The network says that it will not arrive.",
  "modem.delivery-unconfirmed": "The network passed it on and cannot say whether it arrived.",
  "modem.report-missing": "It went out, and nobody told whether it arrived.",
  "modem.outcome-unknown": "It may have gone out: the modem never said what became of it.",
  "modem.partly-sent": "Only some parts of the long message went out.",
  "modem.not-sent-in-time": "Its time was over before it could go out.",
  "modem.withdrawn": "It was called off before it went out.",
  "modem.stopped": "The server stopped.",
};
