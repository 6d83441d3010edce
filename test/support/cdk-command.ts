// How the command lines of CDKTF and CDKTN are run here. CDKTF's last one brings binaries for its
// terminal that fit Node up to 22: it is run by whichever Node of this machine they fit, while the
// programs that it starts find the pinned one first on their PATH.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What to run, before the command's own words; or why it cannot be. */
export type CdkCommand =
  { readonly program: string; readonly args: readonly string[] } | { readonly why: string };

/** The command line of one of the two, as the test runner prepared it. */
export function cdkCommand(form: 'cdktf' | 'cdktn'): CdkCommand {
  const file = process.env[`CINDERKIT_${form.toUpperCase()}_BIN`];
  if (!file) return { why: `no ${form} command line: run it through npm test` };
  const prebuilt = join(realpathSync(file), '../../../../@cdktf/node-pty-prebuilt-multiarch');
  if (!existsSync(prebuilt)) return { program: file, args: [] };
  const place = `prebuilds/${process.platform}-${process.arch}/`;
  const fitting = globSync(`${place}*abi*.node`, { cwd: prebuilt }).map(
    (name) => /abi(\d+)/.exec(name)?.[1],
  );
  const node = nodes().find((program) => fitting.includes(abiOf(program)));
  if (node) return { program: node, args: [realpathSync(file)] };
  return { why: `${form}'s command line has no terminal for any Node that is here: it needs 22` };
}

function nodes(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((part) => part !== '');
  const brought = process.env['CINDERKIT_CDKTF_NODE'] ?? process.execPath;
  const programs = [process.execPath, brought, ...folders.map((folder) => join(folder, 'node'))];
  return [...new Set(programs)].filter((program) => existsSync(program));
}

function abiOf(node: string): string {
  try {
    return execFileSync(node, ['-p', 'process.versions.modules'], { encoding: 'utf8' }).trim();
  } catch {
    return 'none';
  }
}
