import { isObject, member } from "./device-message.ts";

/** True where a text is a JSON pointer (RFC 6901): empty for the whole document, or names each after a slash. */
export function isJsonPointer(pointer: string): boolean {
  return pointer === "" || (pointer.startsWith("/") && !/~(?![01])/.test(pointer));
}

/** What a JSON pointer points at; undefined where there is nothing. */
export function pointedAt(json: unknown, pointer: string): unknown {
  if (pointer === "") return json;
  let at: unknown = json;
  for (const escaped of pointer.slice(1).split("/")) {
    const name = escaped.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(at)) at = /^(0|[1-9]\d{0,8})$/.test(name) ? (at[Number(name)] as unknown) : undefined;
    else if (isObject(at)) at = member(at, name);
    else return undefined;
  }
  return at;
}
