// The reference pages of the Terraform provider as their readers see them: what is shown as an
// example, and what other blocks there are. Invariant: examples are taken from the pages, so that
// what is tested is what is shown.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksIn } from './document-blocks';
import { projectRoot } from './source-tree';

/** Folder of the pages, relative to the project's. */
export const registryFolder = 'docs/terraform';

/** The kinds of pages, as registries name their folders. */
export type PageKind = 'resources' | 'data-sources' | 'functions' | 'list-resources';

/** A reference page. */
export interface RegistryPage {
  /** Relative to the folder of the pages: `resources/volume.md`. */
  readonly path: string;
  readonly text: string;
}

/** The page at `path`; null where there is none. */
export function registryPage(path: string): RegistryPage | null {
  const file = join(projectRoot, registryFolder, path);
  return existsSync(file) ? { path, text: readFileSync(file, 'utf8') } : null;
}

/** Every page of the given kinds, in the order of their names. */
export function registryPages(kinds: readonly PageKind[]): RegistryPage[] {
  const found = globSync(`{${kinds.join(',')},}/*.md`, { cwd: join(projectRoot, registryFolder) });
  return found.sort().flatMap((path) => registryPage(path) ?? []);
}

/** The program of a page's example; null where it shows none. */
export function exampleOf({ path, text }: RegistryPage): string | null {
  const [, section = ''] = /^## Example Usage\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(text) ?? [];
  return programsIn(section, path)[0] ?? null;
}

/** Every program in a text, in its order. */
export function programsIn(text: string, page: string): string[] {
  const blocks = blocksIn(text, page).filter(({ language }) => language === 'terraform');
  return blocks.map((block) => block.text);
}
