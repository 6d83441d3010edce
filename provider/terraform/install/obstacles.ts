// Tells why an installed provider would not be found: settings of the user that name other places.
// Invariant: the settings are read as each program reads them, and never changed.
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { providerInstallation } from './provider-installation';
import type { MirrorBlock } from './provider-installation';
import { programs, providerAddress, providerSource } from './plugin-folders';
import type { Program } from './plugin-folders';
import type { Surroundings } from './surroundings';

/** Something in a program's settings that keeps it from the installed provider. */
export interface Obstacle {
  readonly program: Program;
  /** The file that says so; null where nothing says that the folder is to be looked into. */
  readonly file: string | null;
  /** `override`: dev_overrides name the provider. `elsewhere`: the folder is not looked into. */
  readonly kind: 'override' | 'elsewhere';
}

/** A folder of plugins that was installed into. */
export interface Mirror {
  readonly folder: string;
  /** Whether both programs look into it without being told. */
  readonly isImplied: boolean;
}

/** What keeps each program from a provider that was put into `mirror`; empty when nothing does. */
export function obstacles(mirror: Mirror, surroundings: Surroundings): readonly Obstacle[] {
  return programs.flatMap((program): Obstacle[] => {
    const said = configFiles(program, surroundings).flatMap((file) => {
      const block = providerInstallation(readText(file));
      return block ? [{ file, block }] : [];
    });
    const overriding = said.find(({ block }) => names(block.devOverrides, program));
    if (overriding) return [{ program, file: overriding.file, kind: 'override' }];
    const isNamed = said.some(({ block }) =>
      block.mirrors.some((one) => leadsTo(one, { mirror, program, surroundings })),
    );
    if (isNamed || (said.length === 0 && mirror.isImplied)) return [];
    return [{ program, file: said[0]?.file ?? null, kind: 'elsewhere' }];
  });
}

/**
 * The files that a program reads, as far as they are there. One that the environment names stands
 * alone. Borrowed from both: terraform reads .terraformrc; OpenTofu .tofurc, else .terraformrc,
 * else $XDG_CONFIG_HOME/opentofu/tofurc; and each all *.tfrc of its folder.
 */
function configFiles(program: Program, { env, home, folder }: Surroundings): readonly string[] {
  const named = env['TF_CLI_CONFIG_FILE'] || env['TERRAFORM_CONFIG'];
  if (named) return [resolve(folder, named)].filter(isThere);
  const usual = join(home, '.terraform.d');
  if (program === 'terraform')
    return [join(home, '.terraformrc'), ...settingsIn(usual)].filter(isThere);
  const candidates = [join(home, '.tofurc'), join(home, '.terraformrc')];
  const xdg = env['XDG_CONFIG_HOME'] ? join(env['XDG_CONFIG_HOME'], 'opentofu') : null;
  if (xdg) candidates.push(join(xdg, 'tofurc'));
  const settings = settingsIn(usual);
  const more = settings.length === 0 && xdg ? settingsIn(xdg) : settings;
  return [...candidates.filter(isThere).slice(0, 1), ...more];
}

function settingsIn(folder: string): string[] {
  try {
    const found = readdirSync(folder).filter((name) => /\.tfrc(\.json)?$/.test(name));
    return found.map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const isThere = (file: string): boolean => readText(file) !== '';

/** An address may be written without its registry, which is then the program's own. */
function names(overrides: Readonly<Record<string, string>>, program: Program): boolean {
  const addresses = [providerAddress(program), providerSource];
  return Object.keys(overrides).some((address) => addresses.includes(address));
}

function leadsTo(
  block: MirrorBlock,
  given: { mirror: Mirror; program: Program; surroundings: Surroundings },
): boolean {
  if (resolve(given.surroundings.folder, block.path) !== given.mirror.folder) return false;
  const matches = (pattern: string) => isMatch(pattern, given.program);
  if (block.exclude.some(matches)) return false;
  return block.include.length === 0 || block.include.some(matches);
}

function isMatch(pattern: string, program: Program): boolean {
  const wanted = providerAddress(program).split('/');
  const given = pattern.split('/');
  // Without a registry the program's own is meant.
  const parts = given.length < wanted.length ? [wanted[0], ...given] : given;
  return wanted.every((part, at) => parts[at] === '*' || parts[at] === part);
}
