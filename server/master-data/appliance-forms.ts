import { applianceKinds, probeKinds } from "@coldkeep/core/site/site.ts";
import { html } from "ghtml";
import { type Choice, inputField, selectField } from "../pages/forms.ts";
import { applianceWords, probeWords } from "../pages/words.ts";
import {
  type DraftFile,
  type FileAppliance,
  type FileEntry,
  instantFrom,
  newestOf,
  numberFrom,
  said,
  shown,
  textFrom,
  type Values,
  withVersion,
} from "./draft-file.ts";
import type { MasterForm } from "./master-form.ts";

const kindChoices = applianceKinds.map((value): Choice => ({ value, text: applianceWords[value] }));
const probeChoices = probeKinds.map((value): Choice => ({ value, text: probeWords[value] }));
const idHint = "Lower case letters, digits, dots and dashes. It is never changed.";

/** The name of the profile that applies in the end. */
function profileName(profile: unknown): string {
  return typeof profile === "string" ? profile : shown(newestOf(profile)["name"]);
}

function profileChoices(file: DraftFile): Choice[] {
  return Object.keys(file.profiles).map((value) => ({ value, text: value }));
}

/** Finds an appliance of a file. */
export function applianceIn(file: DraftFile, id: string | undefined): FileAppliance | undefined {
  return file.appliances.find((each) => each.id === id);
}

/** Finds a probe of a file, and the appliance that it is in. */
export function probeIn(file: DraftFile, id: string | undefined) {
  for (const appliance of file.appliances) {
    const probe = appliance.probes.find((each) => each.id === id);
    if (probe !== undefined) return { appliance, probe };
  }
  return undefined;
}

/** Changes an appliance. */
export function applianceForm(file: DraftFile, id: string): MasterForm | null {
  const appliance = applianceIn(file, id);
  if (appliance === undefined) return null;
  const { name, kind, profile, room, circuit, doorDelay, agitatorDelay } = appliance;
  return {
    title: shown(name),
    lead: "Name, kind, room and circuit apply at once. The profile and the delays of door and agitator wait for a back-test and a quality officer.",
    back: "/site",
    submit: "Change the appliance",
    values: {
      name: shown(name),
      kind: shown(kind),
      profile: profileName(profile),
      room: shown(room),
      circuit: shown(circuit),
      doorDelay: shown(doorDelay),
      agitatorDelay: shown(agitatorDelay),
    },
    fields: (values, errors) => applianceFields(file, values, errors),
    edit: (draft, values) => {
      const found = applianceIn(draft, id);
      if (found === undefined) return { "": "This appliance is not at the site any more." };
      setAppliance(found, values);
      return {};
    },
  };
}

/** Adds an appliance with its first probe. */
export function newApplianceForm(file: DraftFile): MasterForm {
  return {
    title: "New appliance",
    lead: "With its first probe. It waits for a back-test and a quality officer.",
    back: "/site",
    submit: "Propose the appliance",
    values: {
      id: "",
      name: "",
      kind: "refrigerator",
      profile: profileChoices(file)[0]?.value ?? "",
      room: "",
      circuit: "",
      doorDelay: "",
      agitatorDelay: "",
      probe: "",
      probeKind: "buffered",
    },
    fields: (values, errors) =>
      html` !${inputField({ name: "id", label: "Id", hint: idHint, value: values["id"] ?? "", required: true, charactersMax: 64 }, errors)}
      !${applianceFields(file, values, errors)}
      !${inputField({ name: "probe", label: "Id of its first probe", hint: "By it gateways post its readings.", value: values["probe"] ?? "", required: true, charactersMax: 64 }, errors)}
      !${selectField({ name: "probeKind", label: "What the probe measures", value: values["probeKind"] ?? "", choices: probeChoices }, errors)}`,
    edit: (draft, values) => {
      const added: FileAppliance = {
        id: values["id"] ?? "",
        probes: [{ id: values["probe"] ?? "", kind: values["probeKind"] }],
      };
      setAppliance(added, values);
      draft.appliances.push(added);
      return {};
    },
    fieldAt: (path) =>
      path.includes("probes") ? (path[path.length - 1] === "kind" ? "probeKind" : "probe") : undefined,
  };
}

function applianceFields(file: DraftFile, values: Values, errors: Parameters<typeof inputField>[1]): string {
  return html`!${inputField({ name: "name", label: "Name", value: values["name"] ?? "", required: true, charactersMax: 100 }, errors)}
    !${selectField({ name: "kind", label: "Kind", value: values["kind"] ?? "", choices: kindChoices }, errors)}
    !${selectField({ name: "profile", label: "Storage profile", hint: "Another one applies from its approval on.", value: values["profile"] ?? "", choices: profileChoices(file) }, errors)}
    <div class="pair">
      !${inputField({ name: "room", label: "Room (optional)", value: values["room"] ?? "", charactersMax: 64 }, errors)}
      !${inputField({ name: "circuit", label: "Circuit (optional)", value: values["circuit"] ?? "", charactersMax: 64 }, errors)}
    </div>
    <div class="pair">
      !${inputField({ name: "doorDelay", label: "How long its door may stand open (optional)", hint: "With its unit, such as 3m or 90s.", value: values["doorDelay"] ?? "", charactersMax: 20 }, errors)}
      !${inputField({ name: "agitatorDelay", label: "How long its agitator may stand still (optional)", hint: "With its unit, such as 10m.", value: values["agitatorDelay"] ?? "", charactersMax: 20 }, errors)}
    </div>`;
}

function setAppliance(appliance: FileAppliance, values: Values): void {
  const { name, kind, profile } = values;
  const optional = {
    room: textFrom(values["room"]),
    circuit: textFrom(values["circuit"]),
    doorDelay: textFrom(values["doorDelay"]),
    agitatorDelay: textFrom(values["agitatorDelay"]),
  };
  if (profile !== undefined && profile !== profileName(appliance["profile"])) appliance["profile"] = profile;
  for (const key of Object.keys(optional)) delete appliance[key];
  Object.assign(appliance, { name, kind }, said(optional));
}

/** Changes a probe, or adds one to an appliance. */
export function probeForm(file: DraftFile, id: string, isNew: boolean): MasterForm | null {
  const found = isNew ? undefined : probeIn(file, id);
  const appliance = isNew ? applianceIn(file, id) : found?.appliance;
  if (appliance === undefined) return null;
  const pair = found?.probe["pair"] as Record<string, unknown> | undefined;
  const own = found?.probe["profile"] === undefined ? "" : profileName(found.probe["profile"]);
  const others = appliance.probes.filter((each) => isNew || each.id !== id);
  return {
    title: isNew ? `New probe in ${shown(appliance["name"])}` : `Probe ${id}`,
    lead: "It waits for a back-test and a quality officer.",
    back: "/site",
    submit: isNew ? "Propose the probe" : "Propose the change",
    values: {
      id: isNew ? "" : id,
      kind: shown(found?.probe["kind"] ?? "buffered"),
      profile: own,
      with: shown(pair?.["with"]),
      difference: shown(pair?.["difference"]),
      after: shown(pair?.["after"]),
    },
    fields: (values, errors) =>
      html` !${isNew ? inputField({ name: "id", label: "Id", hint: idHint, value: values["id"] ?? "", required: true, charactersMax: 64 }, errors) : ""}
        !${selectField({ name: "kind", label: "What it measures", value: values["kind"] ?? "", choices: probeChoices }, errors)}
        !${selectField({ name: "profile", label: "Storage profile", value: values["profile"] ?? "", choices: [{ value: "", text: "As the appliance has it" }, ...profileChoices(file)] }, errors)}
        <fieldset>
          <legend>Pair: another probe that must not say something else for long</legend>
          !${selectField({ name: "with", label: "Compared with", value: values["with"] ?? "", choices: [{ value: "", text: "No other probe" }, ...others.map((each) => ({ value: each.id, text: each.id }))] }, errors)}
          <div class="pair">
            !${inputField({ name: "difference", label: "Difference in °C", inputmode: "decimal", value: values["difference"] ?? "" }, errors)}
            !${inputField({ name: "after", label: "For longer than", hint: "Such as 30m.", value: values["after"] ?? "" }, errors)}
          </div>
        </fieldset>`,
    edit: (draft, values) => {
      const at = isNew ? undefined : probeIn(draft, id);
      const home = isNew ? applianceIn(draft, id) : at?.appliance;
      if (home === undefined) return { "": "This is not at the site any more." };
      const probe: FileEntry & { id: string } = at?.probe ?? { id: values["id"] ?? "" };
      const { profile } = values;
      if (profile === "" || profile === undefined) delete probe["profile"];
      else if (profile !== profileName(probe["profile"])) probe["profile"] = profile;
      probe["kind"] = values["kind"];
      if (textFrom(values["with"]) === undefined) delete probe["pair"];
      else
        probe["pair"] = said({
          with: values["with"],
          difference: numberFrom(values["difference"]),
          after: textFrom(values["after"]),
        });
      if (at === undefined) home.probes.push(probe);
      return {};
    },
  };
}

/** Takes an appliance or a probe away, and with it its monitoring. */
export function removeForm(file: DraftFile, what: "appliance" | "probe", id: string): MasterForm | null {
  const found = what === "appliance" ? applianceIn(file, id) : probeIn(file, id);
  if (found === undefined) return null;
  return {
    title: `Take the ${what} ${id} away`,
    lead: "From its approval on nothing is watched there any more. What is on record stays. It waits for a quality officer.",
    back: "/site",
    submit: `Propose to take it away`,
    danger: true,
    values: {},
    fields: () => "",
    edit: (draft) => {
      if (what === "appliance") draft.appliances = draft.appliances.filter((each) => each.id !== id);
      else
        for (const appliance of draft.appliances)
          appliance.probes = appliance.probes.filter((each) => each.id !== id);
      if (draft.channels !== undefined) freeChannels(draft);
      return {};
    },
    fieldAt: () => "",
  };
}

/** Channels of a probe that is gone measure nothing: the list of assignments may name only what is there. */
function freeChannels(draft: DraftFile): void {
  const placed = new Set(draft.appliances.flatMap((appliance) => appliance.probes.map((probe) => probe.id)));
  for (const channel of draft.channels ?? [])
    channel.assignments = channel.assignments.map((each) =>
      typeof each["probe"] === "string" && !placed.has(each["probe"]) ? { ...each, probe: null } : each,
    );
}

/** Says what a device's channel measures from an instant on; without an id it is a new channel. */
export function channelForm(file: DraftFile, id: string | undefined, timeZone: string): MasterForm | null {
  const known = file.channels?.find((each) => each.id === id);
  if (id !== undefined && known === undefined) return null;
  const probes = file.appliances.flatMap((appliance) =>
    appliance.probes.map((probe) => ({ value: probe.id, text: `${probe.id} (${shown(appliance["name"])})` })),
  );
  return {
    title: id === undefined ? "New channel" : `Channel ${id}`,
    lead: "A device's channel measures what it is assigned to at the reading's time. It waits for a back-test and a quality officer.",
    back: "/site",
    submit: "Propose the assignment",
    values: { id: id ?? "", probe: shown(newestOf(known?.assignments)["probe"]), from: "" },
    fields: (values, errors) =>
      html` !${id === undefined ? inputField({ name: "id", label: "Channel", hint: "The id under which the gateway posts its readings.", value: values["id"] ?? "", required: true, charactersMax: 64 }, errors) : ""}
      !${selectField({ name: "probe", label: "Measures", value: values["probe"] ?? "", choices: [{ value: "", text: "Nothing here" }, ...probes] }, errors)}
      !${fromField(values, errors, timeZone)}`,
    edit: (draft, values, inForce) => {
      const channel = id ?? values["id"] ?? "";
      draft.channels ??= [];
      const entry = draft.channels.find((each) => each.id === channel);
      const before =
        inForce.channels?.find((each) => each.id === channel)?.assignments ??
        (entry === undefined ? [{ probe: null }] : undefined);
      const version = said({
        from: instantFrom(values["from"], timeZone),
        probe: values["probe"] === "" ? null : values["probe"],
      });
      const assignments = withVersion(before, entry?.assignments, version);
      if (entry === undefined) draft.channels.push({ id: channel, assignments });
      else entry.assignments = assignments;
      return {};
    },
  };
}

/** From when a version applies; nothing is from its approval on. */
export function fromField(
  values: Values,
  errors: Parameters<typeof inputField>[1],
  timeZone: string,
): string {
  return inputField(
    {
      name: "from",
      label: "Applies from (optional)",
      type: "datetime-local",
      hint: `Time in ${timeZone}. Nothing: from its approval on. A time that has passed corrects the record: what was judged since is judged anew.`,
      value: values["from"] ?? "",
    },
    errors,
  );
}
