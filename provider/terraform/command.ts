// The command line of the provider: install, uninstall, dev-overrides. Invariants: stdout holds
// what is to be copied or parsed, stderr the warnings; with --json stdout is one JSON value; exit
// codes are 0 done, 1 failed, as the engine's. No colours, so NO_COLOR has nothing to switch off.
import { Command } from 'commander';
import { isFault } from '../../schema/kernel/fault';
import { overrideProvider } from './install/dev-overrides';
import { installProvider, uninstallProvider } from './install/install-provider';
import { ownPackage } from './install/installable';
import type { Installable } from './install/installable';
import { providerSource } from './install/plugin-folders';
import { ownSurroundings } from './install/surroundings';
import type { Surroundings } from './install/surroundings';
import { installedText, requiredProviders, warningsOf } from './install/texts';

/** What the command works on, where that is not this package and this process. */
export interface CommandPlace {
  readonly installable: Installable;
  readonly surroundings: Surroundings;
}

interface Flags {
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly pluginDir?: string;
  readonly write?: string;
}

/** The `terraform` command with its subcommands, to be added to a program. */
export function terraformCommand(place: () => CommandPlace = ownPlace): Command {
  const terraform = new Command('terraform').description(
    'the provider for Terraform and OpenTofu: put it where they find it',
  );
  const add = (name: string, about: string, work: (flags: Flags, place: CommandPlace) => void) =>
    terraform
      .command(name)
      .description(about)
      .option('--json', 'print one JSON value')
      .option('--debug', 'show where an error comes from')
      .action((flags: Flags) => reporting(flags, () => work(flags, place())));
  const folder = '--plugin-dir <folder>';
  add('install', 'install the provider for terraform and tofu', install).option(
    folder,
    'folder of plugins (default: the one into which both look by themselves)',
  );
  add('uninstall', 'remove every installed version of the provider', uninstall).option(
    folder,
    'folder of plugins that was installed into',
  );
  add(
    'dev-overrides',
    'print CLI settings that run the provider from this package',
    overrides,
  ).option('--write <file>', 'write them into a file, to be named by TF_CLI_CONFIG_FILE');
  return terraform;
}

function ownPlace(): CommandPlace {
  return { installable: ownPackage(), surroundings: ownSurroundings() };
}

function install(flags: Flags, place: CommandPlace): void {
  const { installable } = place;
  const installed = installProvider({ ...place, ...pluginFolder(flags) });
  const warnings = warningsOf(installed);
  const json = {
    version: installable.version,
    source: providerSource,
    folder: installed.folder,
    files: installed.files,
    record: installed.record,
    requiredProviders: requiredProviders(installable),
    warnings,
  };
  print(flags, json, installedText(installable, installed));
  if (!flags.json) for (const warning of warnings) say(`warning: ${warning}`);
}

function uninstall(flags: Flags, { surroundings }: CommandPlace): void {
  const removed = uninstallProvider({ surroundings, ...pluginFolder(flags) });
  const lines = removed.map((path) => `  ${path}`);
  const text =
    removed.length === 0 ? 'No provider was installed.' : ['Removed:', ...lines].join('\n');
  print(flags, { removed }, text);
}

function overrides(flags: Flags, place: CommandPlace): void {
  const { text, file } = overrideProvider(place, flags.write ?? null);
  const written = `${file} is written. To use it:\n  export TF_CLI_CONFIG_FILE=${file}`;
  print(flags, { settings: text, file }, file === null ? text.trimEnd() : written);
  if (flags.json) return;
  if (file === null)
    say('Keep it in a file, and name that in TF_CLI_CONFIG_FILE (or --write FILE).');
  say('With it no init is needed, and your own CLI configuration is not read.');
}

function pluginFolder({ pluginDir }: Flags): { pluginFolder?: string } {
  return pluginDir === undefined ? {} : { pluginFolder: pluginDir };
}

/** Turns an error into a message and an exit code; a stack is shown on demand alone. */
function reporting(flags: Flags, work: () => void): void {
  try {
    work();
  } catch (error) {
    process.exitCode = 1;
    const message = error instanceof Error ? error.message : String(error);
    const code = isFault(error) ? error.code : 'unexpected';
    if (flags.json) print(flags, { error: { code, message } }, '');
    else say(`cinderkit: ${message}`);
    const debug = flags.debug || (process.env['DEBUG'] ?? '') !== '';
    if (debug && error instanceof Error) say(error.stack ?? '');
  }
}

function print(flags: Flags, json: object, text: string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(json) : text}\n`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
