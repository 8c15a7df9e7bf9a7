/** What a failed connection said, with what to do about it, by a part of the error's code or message. */
const advice: readonly (readonly [RegExp, string])[] = [
  [
    /Bad username or password|Not authorized/i,
    "the broker refused us: check username and password, and what the broker allows them",
  ],
  [/Identifier rejected/i, "the broker refused our clientId: choose another"],
  [
    /CERT_HAS_EXPIRED/,
    "the broker's certificate has expired: renew it there; if it has not, this machine's clock is wrong",
  ],
  [
    /CERT_NOT_YET_VALID/,
    "the broker's certificate is not yet valid: this machine's clock is wrong, or the broker's was",
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF|UNABLE_TO_GET_ISSUER/,
    "the broker's certificate is from an authority that is not trusted here: name the authority's certificate in ca",
  ],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    "the broker's certificate is for another name: let url name the broker as its certificate does",
  ],
  [
    /ALERT_CERTIFICATE_REQUIRED/,
    "the broker asks for a client certificate: name it in cert and its key in key",
  ],
  [/ALERT_CERTIFICATE_EXPIRED/, "the broker finds our client certificate expired: renew cert and key"],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_REVOKED|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)/,
    "the broker does not trust our client certificate: cert must be from an authority that the broker knows",
  ],
  [/KEY_VALUES_MISMATCH/, "cert and key do not belong together"],
  [/ERR_OSSL_|BAD_(BASE64|END_LINE)|NO_START_LINE/, "ca, cert or key holds no PEM that can be used"],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/, "the broker speaks no TLS on this port: look at url"],
  [
    /ECONNRESET|EPIPE|socket hang up/,
    "the connection was cut; if it never opens, see whether url says mqtts for a port with TLS and mqtt for one without",
  ],
  [/ECONNREFUSED/, "nothing listens there: look at url, and whether the broker runs"],
  [/ENOTFOUND|EAI_AGAIN/, "the broker's name is not known: look at url and the network"],
  [
    /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|connack timeout/i,
    "the broker does not answer: look at url and the network",
  ],
];

/** A failed connection in words that say what to do. Holds no secret: neither do the errors of the libraries. */
export function brokerTrouble(error: unknown): string {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const said = typeof message === "string" && message !== "" ? message : String(error);
  const known = advice.find(
    ([pattern]) =>
      pattern.test(String(code)) || pattern.test(said.replaceAll(" ", "_")) || pattern.test(said),
  );
  return known === undefined ? said : `${known[1]} (${typeof code === "string" ? code : said})`;
}
