// Writes the licences of everything that is shipped in the page, in full.
import { readFileSync, readdirSync, writeFileSync, existsSync } from "node:fs";
import { execFileSync } from "node:child_process";

const listed = JSON.parse(execFileSync("npm", ["ls", "--omit=dev", "--all", "--json"], { encoding: "utf8" }));
const found = new Map();
const walk = (deps) => {
  for (const [name, node] of Object.entries(deps ?? {})) {
    found.set(name, node.version);
    walk(node.dependencies);
  }
};
walk(listed.dependencies);
const allowed = /^(MIT|ISC|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|0BSD|Unlicense|\(.*MIT.*\))$/;
const parts = [...found.keys()].sort().map((name) => {
  const folder = `node_modules/${name}`;
  const about = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const licence = typeof about.license === "string" ? about.license : about.licenses?.[0]?.type;
  if (!allowed.test(licence ?? "")) throw new Error(`${name}: licence ${licence} may not be shipped`);
  const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
  const text = file && existsSync(`${folder}/${file}`) ? readFileSync(`${folder}/${file}`, "utf8").trim() : "(no licence file in the package)";
  return `${name} ${about.version} - ${licence}\n\n${text}\n`;
});
writeFileSync("../src/roadstead/workbench/page/LICENCES.txt", parts.join(`\n${"-".repeat(80)}\n\n`));
