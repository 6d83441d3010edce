// The licences of the libraries that a bundle holds, whole, as their authors ask. Invariant: a
// library without a licence text is named all the same.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run.mjs';

/** The text of all licences of the packages that esbuild's metafile names. */
export function licencesOf({ inputs }) {
  const folders = Object.keys(inputs).map((path) => packageFolder(path));
  const packages = [...new Set(folders.filter((folder) => folder !== null))].sort();
  return `This program holds these libraries.\n${packages.map(licenceOf).join('')}`;
}

function packageFolder(path) {
  return /^.*node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? null;
}

function licenceOf(folder) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const files = globSync('{LICEN[CS]E,licen[cs]e,NOTICE,COPYING}*', { cwd: join(root, folder) });
  const texts = files.sort().map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
  const title = `${manifest.name} ${manifest.version} (${manifest.license})`;
  return `\n${'='.repeat(72)}\n${[title, ...texts].join('\n\n')}\n`;
}
