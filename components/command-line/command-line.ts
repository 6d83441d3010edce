// Puts the command lines of both sides under one name. Invariant: a side is loaded only when it is
// asked for, so that neither waits for the other, nor fails where only the other is broken.
import { Command } from 'commander';
import type * as engine from '../../bundled-engine/cli';
import type * as provider from '../../provider/terraform/command';
import { ownPackage } from '../../provider/terraform/install/installable';

// Required where they are used: an import would load both.
const sides: Readonly<Record<string, () => Command>> = {
  engine: () => (require('../../bundled-engine/cli') as typeof engine).engineCommand(),
  terraform: () =>
    (require('../../provider/terraform/command') as typeof provider).terraformCommand(),
};

/** Runs a command line such as `cinderkit engine start`; sets the process's exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command('cinderkit')
    .description('infrastructure as code for block storage')
    .version(ownPackage().version);
  for (const load of wanted(argv.slice(2))) program.addCommand(load());
  await program.parseAsync([...argv]);
}

/** The side that is asked for; all of them for help and for a word that none of them knows. */
function wanted(words: readonly string[]): readonly (() => Command)[] {
  const [first = ''] = words;
  const side = Object.hasOwn(sides, first) ? sides[first] : undefined;
  if (side) return [side];
  return first === '--version' || first === '-V' ? [] : Object.values(sides);
}
