/** Identifier systems of ISBT 128 in FHIR. */
export const dinSystem = "https://www.isbt128.org/uri/DonationIdentificationNumber";
export const mphoSystem = "https://www.isbt128.org/uri/MPHOUniqueIdentifier";
export const productSystem = "https://www.isbt128.org/uri/ProductCode";
export const collectionSystem = "https://www.isbt128.org/uri/CollectionType";

/** FHIR's own statuses of products. None of them means quarantined: a held unit is `unavailable`, and a property says why. */
export const statusSystem = "http://hl7.org/fhir/biologicallyderived-product-status";

/** Units of measure. */
export const ucumSystem = "http://unitsofmeasure.org";

/** Codes of Coldkeep's own: what a property is, where a unit stands, which error. */
export const ownPropertySystem = "urn:coldkeep:unit-property";
export const ownStatusSystem = "urn:coldkeep:unit-status";
export const ownErrorSystem = "urn:coldkeep:error";

/** System of numbers and codes of a numbering other than ISBT 128 in what Coldkeep sends. */
export const otherDinSystem = "urn:coldkeep:donation";
export const otherProductSystem = "urn:coldkeep:product";

/** Systems of what Coldkeep tells of holds: units by number and product code, messages, what a message says, excursions. */
export const unitSystem = "urn:coldkeep:unit";
export const holdMessageSystem = "urn:coldkeep:hold-message";
export const holdWordSystem = "urn:coldkeep:hold";
export const excursionSystem = "urn:coldkeep:excursion";
