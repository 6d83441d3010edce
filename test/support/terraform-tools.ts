// Which of terraform and tofu are here, and the provider that they run. Invariant: what is missing
// is counted and told, never passed over in silence.
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { manifest } from './installed-package';
import { notRun } from './not-run';
import { projectRoot } from './source-tree';

/** One of the two programs that run the provider. */
export interface TerraformTool {
  readonly name: 'terraform' | 'tofu';
  readonly program: string;
  /** The host that a provider's source means where it names none. */
  readonly registry: string;
}

/** The provider as it is built; `npm test` builds it first. */
export const builtProvider = join(
  projectRoot,
  `dist/terraform/terraform-provider-cinderkit_v${manifest.version}`,
);

const found = (['terraform', 'tofu'] as const).flatMap((name) => {
  const program = programOf(name);
  const host = name === 'tofu' ? 'registry.opentofu.org' : 'registry.terraform.io';
  return program === null ? [] : [{ name, program, registry: host }];
});

/** The tools that are here, terraform first. */
export const terraformTools: readonly TerraformTool[] = found;

/** The binary of a tool: named by the test runner (file or folder), else the one on the PATH. */
function programOf(name: TerraformTool['name']): string | null {
  const told = process.env[`CINDERKIT_${name.toUpperCase()}_BIN`];
  if (!told) return onPath(name);
  const isFolder = existsSync(told) && statSync(told).isDirectory();
  const program = isFolder ? join(told, name) : told;
  return existsSync(program) ? program : null;
}

/** Where the PATH has a program, whole: a story's own PATH may begin with a stand-in for it. */
function onPath(name: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? null;
}

/** Describes `stories` once for each tool; where one is missing, that is counted and told. */
export function describeWithTools(
  title: string,
  stories: (tool: TerraformTool) => void,
  names: readonly TerraformTool['name'][] = ['terraform', 'tofu'],
): void {
  for (const name of names) {
    const tool = terraformTools.find((one) => one.name === name);
    if (tool && existsSync(builtProvider)) {
      describe(`${title} (${name})`, () => stories(tool));
    } else {
      notRun(`${title} (${name})`, tool ? 'there is no dist/: use npm test' : `no ${name} here`);
    }
  }
}

/** Describes `stories` once, with terraform where it is here and else with tofu. */
export function describeWithEither(title: string, stories: (tool: TerraformTool) => void): void {
  describeWithTools(title, stories, [terraformTools[0]?.name ?? 'terraform']);
}
