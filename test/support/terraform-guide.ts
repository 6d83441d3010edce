// Carries a guide for Terraform out as its reader would: programs are written into the file that
// their first line names, commands are typed in their order, and what is shown below a command has
// to be printed. Invariant: everything is in one temporary folder, the user's home included.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Block } from './document-blocks';
import { runProgram } from './engine-process';
import { manifest } from './installed-package';
import { eventually } from './processes';
import { projectRoot } from './source-tree';
import { TerraformProject } from './terraform-project';
import type { TerraformTool } from './terraform-tools';

/** What came of a guide. */
export interface Told {
  /** How many commands were run. */
  readonly commands: number;
  /** How many lines are shown as printed by them. */
  readonly shown: number;
  /** Lines that are shown and were not printed. */
  readonly missing: readonly string[];
}

type Preparation = readonly [pattern: RegExp, prepare: () => Promise<void>];

/** A reader of a guide, with a home and a project of their own. */
export class TerraformGuide {
  readonly #project: TerraformProject;
  readonly #bin: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #preparations: Preparation[] = [];

  constructor(tool: TerraformTool) {
    this.#project = new TerraformProject(tool);
    this.#bin = join(this.#project.home, 'bin');
    this.#env = {
      ...this.#project.env,
      PATH: `${this.#bin}:${this.#project.env['PATH'] ?? ''}`,
      // What the guide installs has to be found without any settings.
      TF_CLI_CONFIG_FILE: undefined,
      CINDERKIT_ENGINE_CLI: undefined,
      TF_CLI_ARGS: '-no-color',
      TF_INPUT: '0',
    };
    mkdirSync(this.#bin);
    this.#writePrograms(tool);
  }

  /** The reader's home. */
  get home(): string {
    return this.#project.env['HOME'] ?? '';
  }

  /** The data of the engine that the guide starts. */
  get engineFolder(): string {
    return this.#project.engineFolder;
  }

  /** Has `prepare` run, once, before the first block that `pattern` is found in. */
  before(pattern: RegExp, prepare: () => Promise<void>): void {
    this.#preparations.push([pattern, prepare]);
  }

  /** Carries the blocks out. Throws where a command fails. */
  async carryOut(blocks: readonly Block[]): Promise<Told> {
    const missing: string[] = [];
    let [commands, shownInAll] = [0, 0];
    for (const block of blocks) {
      await this.#prepare(block);
      const [, file] = /^# (\S+\.tf)\n/.exec(block.text) ?? [];
      if (block.language === 'terraform' && file) this.#project.write(file, block.text);
      if (block.language !== 'console') continue;
      const lines = block.text.split('\n').filter((line) => line !== '');
      const typed = lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
      const shown = lines.filter((line) => !line.startsWith('$ '));
      commands += typed.length;
      shownInAll += shown.length;
      const printed = await this.#type(typed, block);
      missing.push(...shown.filter((line) => !printed.includes(line)));
    }
    return { commands, shown: shownInAll, missing };
  }

  /** Ends the engine of the guide and removes the folder. Repeatable. */
  async dispose(): Promise<void> {
    await this.#project.dispose();
    await eventually('no process', () => this.#project.others().length === 0);
  }

  async #prepare({ text }: Block): Promise<void> {
    const at = this.#preparations.findIndex(([pattern]) => pattern.test(text));
    const [found] = at < 0 ? [] : this.#preparations.splice(at, 1);
    await found?.[1]();
  }

  async #type(commands: readonly string[], { page, line }: Block): Promise<string> {
    const script = ['set -e', ...commands].join('\n');
    const { folder: cwd } = this.#project;
    const { code, stdout, stderr } = await runProgram('bash', ['-c', script], {
      cwd,
      env: this.#env,
    });
    if (code === 0) return this.#inWords(stdout + stderr);
    throw new Error(`${page}:${line} ended with ${code}:\n${stdout}${stderr}`);
  }

  /** What OpenTofu says in words of its own. */
  #inWords(printed: string): string {
    return printed.replaceAll('OpenTofu has been', 'Terraform has been');
  }

  /** Commands as they are typed: npx runs the built package, npm puts it where it belongs. */
  #writePrograms({ program }: TerraformTool): void {
    const { folder } = this.#project;
    const cli = join(projectRoot, manifest.bin['cinderkit'] ?? '');
    const write = (name: string, lines: readonly string[]): void => {
      writeFileSync(join(this.#bin, name), ['#!/bin/sh', ...lines, ''].join('\n'));
      chmodSync(join(this.#bin, name), 0o755);
    };
    write('terraform', [`exec ${program} "$@"`]);
    write('npx', ['test "$1" = cinderkit || exit 9', 'shift', `exec node "${cli}" "$@"`]);
    const installed = join(folder, 'node_modules');
    const known = 'install --save-dev cinderkit';
    write('npm', [`test "$*" = "${known}" || exit 9`, `mkdir -p "${installed}"`]);
  }
}
