import {
  constants,
  createReadStream,
  existsSync,
  fsyncSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type FilePieces, pieceBytes } from "../unit-import/file-reading.ts";

/** Where a file stands: where it was put, being taken, taken, or refused. */
export type Place = "." | "taking" | "taken" | "refused";

/** A file in the folder. */
export interface FolderFile {
  readonly name: string;
  /** False for links, folders and whatever else is no file itself: those are never read. */
  readonly isPlain: boolean;
  readonly bytes: number;
  /** Changes with each write. */
  readonly changed: number;
}

/** The files of a watched folder. Each call throws what the file system throws. */
export interface FolderFiles {
  /** The CSV files of a place, by name; at most `max`. */
  readonly list: (place: Place, max: number) => FolderFile[];
  readonly exists: (place: Place, name: string) => boolean;
  readonly move: (name: string, from: Place, to: Place, newName?: string) => void;
  /** The bytes of a file; links are not followed. */
  readonly pieces: (place: Place, name: string) => FilePieces;
  /** Writes a small file whole: it is there with all its content, or not at all. */
  readonly write: (place: Place, name: string, text: string) => void;
}

/** Opens a folder that is there; makes the places in it. */
export function openFolderFiles(path: string): FolderFiles {
  const at = (place: Place, name = ""): string => join(path, place, name);
  return {
    list: (place, max) => {
      for (const each of ["taking", "taken", "refused"]) mkdirSync(join(path, each), { recursive: true });
      const names = readdirSync(at(place)).filter((name) => /\.csv$/i.test(name) && !name.startsWith("."));
      return names
        .toSorted()
        .slice(0, max)
        .map((name) => {
          const facts = lstatSync(at(place, name));
          return { name, isPlain: facts.isFile(), bytes: facts.size, changed: facts.mtimeMs };
        });
    },
    exists: (place, name) => existsSync(at(place, name)),
    move: (name, from, to, newName = name) => renameSync(at(from, name), at(to, newName)),
    pieces: (place, name) => () => {
      const fd = openSync(at(place, name), constants.O_RDONLY | constants.O_NOFOLLOW);
      return createReadStream("", { fd, highWaterMark: pieceBytes });
    },
    write: (place, name, text) => {
      const draft = at(place, `.${name}.draft`);
      const file = openSync(draft, "w", 0o640);
      try {
        writeSync(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(draft, at(place, name));
    },
  };
}
