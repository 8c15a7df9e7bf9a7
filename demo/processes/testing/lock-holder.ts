// Holds a folder until it is ended.
import { lockFolder } from "../folder-lock.ts";

await lockFolder(process.argv[2] ?? "", "COLDKEEP_DEMO_DATA");
console.log("holding");
