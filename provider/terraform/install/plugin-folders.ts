// Where Terraform and OpenTofu look for providers without being told, and the layout below it
// (HOST/NAMESPACE/TYPE/VERSION/OS_ARCH), borrowed from both: their "implied local mirrors".
// Invariant: one folder serves both, each finding the provider under its own registry's name.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Surroundings } from './surroundings';

/** How programs name the provider in `required_providers`. */
export const providerSource = 'cinderkit/cinderkit';

/** The two programs, and the registry under whose name each looks for a provider. */
export const registries = {
  terraform: 'registry.terraform.io',
  tofu: 'registry.opentofu.org',
} as const;

/** One of the two programs. */
export type Program = keyof typeof registries;

/** The two programs, in the order in which they are told. */
export const programs: readonly Program[] = ['terraform', 'tofu'];

/** Full address of the provider as one of the two knows it. */
export function providerAddress(program: Program): string {
  return `${registries[program]}/${providerSource}`;
}

/**
 * The folder of plugins that both look into by themselves: `~/.terraform.d/plugins`. An OpenTofu
 * with its settings under $XDG_CONFIG_HOME forgets them as soon as `~/.terraform.d` exists; there
 * the other folder that both know is taken, `terraform/plugins` of the user's data.
 */
export function impliedMirror({ env, home }: Surroundings): string {
  const usual = join(home, '.terraform.d');
  const settings = env['XDG_CONFIG_HOME'];
  const wouldHide = settings ? existsSync(join(settings, 'opentofu')) : false;
  if (!wouldHide || existsSync(usual)) return join(usual, 'plugins');
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'terraform', 'plugins');
}

const machines: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

/**
 * The kinds of machine to install for, in the words of both (linux_amd64). On a Mac both of its
 * kinds: a program for the other one may be what the user runs, and the provider fits both.
 */
export function platformsOf({ platform, arch }: Surroundings): readonly string[] {
  if (platform === 'darwin') return ['darwin_amd64', 'darwin_arm64'];
  return [`${platform}_${machines[arch] ?? arch}`];
}

/** All versions of the provider that one program finds below a folder of plugins. */
export function versionsFolder(mirror: string, program: Program): string {
  return join(mirror, ...providerAddress(program).split('/'));
}
