import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as fontkit from "fontkit";

/** The fonts of reports. PDF/A embeds what is printed, so a report looks the same on any machine in thirty years. */
export type FontName = "text" | "bold" | "mono";

const files: Readonly<Record<FontName, string>> = {
  text: "@expo-google-fonts/source-sans-3/400Regular/SourceSans3_400Regular.ttf",
  bold: "@expo-google-fonts/source-sans-3/700Bold/SourceSans3_700Bold.ttf",
  mono: "@expo-google-fonts/source-code-pro/400Regular/SourceCodePro_400Regular.ttf",
};

/** The names of all fonts. */
export const fontNames = Object.keys(files) as readonly FontName[];

const loaded = new Map<FontName, Uint8Array>();

/** A font's file, read once. */
export function fontFile(name: FontName): Uint8Array {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const bytes = readFileSync(fileURLToPath(import.meta.resolve(files[name])));
  loaded.set(name, bytes);
  return bytes;
}

let printable: ReadonlySet<number> | null = null;

/** The code points that all fonts of reports can print. */
export function printableCodePoints(): ReadonlySet<number> {
  printable ??= fontNames
    .map((name) => new Set(charactersOf(fontFile(name))))
    .reduce((common, each) => common.intersection(each));
  return printable;
}

function charactersOf(file: Uint8Array): readonly number[] {
  const font = fontkit.create(Buffer.from(file));
  return "characterSet" in font ? font.characterSet : [];
}
