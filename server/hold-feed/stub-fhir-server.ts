import { createServer } from "node:http";

/** Elements of FHIR R5 that the resources of a hold may have, with those that they must have. */
const elements: Readonly<
  Record<string, { readonly all: readonly string[]; readonly musts: readonly string[] }>
> = {
  BiologicallyDerivedProduct: {
    all: "resourceType id productCategory productCode parent request identifier biologicalSourceEvent processingFacility division productStatus expirationDate collection storageTempRequirements property".split(
      " ",
    ),
    musts: ["id"],
  },
  Communication: {
    all: "resourceType id identifier instantiatesCanonical instantiatesUri basedOn partOf inResponseTo status statusReason category priority medium subject topic about encounter sent received recipient sender reason payload note".split(
      " ",
    ),
    musts: ["id", "status"],
  },
};

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What of a resource is not FHIR R5, in a sentence each. */
export function wrongWith(resource: Json, url: string): string[] {
  const wrong: string[] = [];
  const kind = String(resource["resourceType"]);
  const known = elements[kind];
  if (known === undefined) return [`${kind} is not expected`];
  for (const key of Object.keys(resource))
    if (!known.all.includes(key)) wrong.push(`${kind}.${key} is no element`);
  for (const key of known.musts) if (resource[key] === undefined) wrong.push(`${kind}.${key} is missing`);
  if (url !== `${kind}/${String(resource["id"])}`) wrong.push(`${url} is not its address`);
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(String(resource["id"]))) wrong.push("the id is none");
  const visit = (value: unknown, path: string): void => {
    if (value === null || value === "") wrong.push(`${path} is empty`);
    if (Array.isArray(value)) {
      if (value.length === 0) wrong.push(`${path} is empty`);
      value.forEach((each, index) => visit(each, `${path}[${index}]`));
    } else if (isObject(value)) {
      if (Object.keys(value).length === 0) wrong.push(`${path} is empty`);
      for (const [key, each] of Object.entries(value)) visit(each, `${path}.${key}`);
    }
  };
  visit(resource, kind);
  for (const each of (resource["identifier"] ?? []) as Json[])
    if (typeof each["system"] !== "string" || typeof each["value"] !== "string")
      wrong.push("an identifier lacks a part");
  for (const each of (resource["property"] ?? []) as Json[])
    if (!isObject(each["type"]) || Object.keys(each).filter((key) => key.startsWith("value")).length !== 1)
      wrong.push("a property has not one type and one value");
  if (kind === "Communication") {
    if (resource["status"] !== "completed") wrong.push("the status is none");
    for (const each of (resource["payload"] ?? []) as Json[])
      if (Object.keys(each).join() !== "contentCodeableConcept") wrong.push("a payload has no content of R5");
    if (!Array.isArray(resource["about"])) wrong.push("it is about nothing");
  }
  return wrong;
}

/** A FHIR R5 server that keeps what is put, as far as it is FHIR and its references lead somewhere. */
export interface StubFhirServer {
  readonly url: string;
  /** What it has, by address. */
  readonly resources: Map<string, Json>;
  readonly authorizations: (string | undefined)[];
  /** Everything that was not FHIR. */
  readonly wrong: string[];
  /** Numbers of units that it refuses. */
  readonly refused: Set<string>;
  /** Answers so instead, where it is set. */
  answer: {
    readonly status: number;
    readonly body: string;
    readonly headers?: Readonly<Record<string, string>>;
  } | null;
  readonly stop: () => Promise<void>;
}

/** Starts it. */
export async function stubFhirServer(): Promise<StubFhirServer> {
  const resources = new Map<string, Json>();
  const wrong: string[] = [];
  const refused = new Set<string>();
  const take = ({ resource, request, fullUrl }: Json): Json => {
    const url = isObject(request) ? String(request["url"]) : "";
    if (!isObject(resource) || !isObject(request) || request["method"] !== "PUT")
      wrong.push("an entry is no put");
    else {
      wrong.push(...wrongWith(resource, url));
      if (fullUrl !== `${stub.url}/${url}`) wrong.push(`${String(fullUrl)} is not its full address`);
      if ([...refused].some((number) => url.includes(number))) {
        const details = { text: `Unknown unit ${url}` };
        const issue = [{ severity: "error", code: "not-found", details }];
        return { response: { status: "422", outcome: { resourceType: "OperationOutcome", issue } } };
      }
      resources.set(url, resource);
    }
    return { response: { status: "200 OK" } };
  };
  /** Each product that a message is about is there, by one of its identifiers. */
  const checkReferences = (): void => {
    const identifiers = new Set(
      [...resources.values()]
        .filter(({ resourceType }) => resourceType === "BiologicallyDerivedProduct")
        .flatMap((product) => product["identifier"] as Json[])
        .map(({ system, value }) => `${String(system)}|${String(value)}`),
    );
    for (const message of resources.values())
      for (const about of (message["about"] ?? []) as { identifier: Json }[])
        if (!identifiers.has(`${String(about.identifier["system"])}|${String(about.identifier["value"])}`))
          wrong.push("a message is about a product that is not there");
  };
  const server = createServer((request, response) => {
    stub.authorizations.push(request.headers.authorization);
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => {
      if (stub.answer !== null) {
        response.writeHead(stub.answer.status, stub.answer.headers).end(stub.answer.body);
        return;
      }
      const bundle = JSON.parse(text) as Json;
      if (request.headers["content-type"] !== "application/fhir+json")
        wrong.push("not FHIR by its content type");
      if (bundle["resourceType"] !== "Bundle" || bundle["type"] !== "batch") wrong.push("no batch");
      const entry = (bundle["entry"] as Json[]).map(take);
      checkReferences();
      const body = JSON.stringify({ resourceType: "Bundle", type: "batch-response", entry });
      response.writeHead(200, { "content-type": "application/fhir+json" }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const stub: StubFhirServer = {
    url: `http://127.0.0.1:${port}/r5`,
    resources,
    authorizations: [],
    wrong,
    refused,
    answer: null,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return stub;
}
