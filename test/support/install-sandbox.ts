// A home, a package with a provider of two lines and a project folder, on which the tests run
// `cinderkit terraform ...` in this process. Invariant: nothing outside of its folder is written.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { terraformCommand } from '../../provider/terraform/command';
import type { Surroundings } from '../../provider/terraform/install/surroundings';
import { removeFolder, tempFolder } from './temp-folder';

/** Version of the package in a sandbox. */
export const sandboxVersion = '1.2.3';

/** Name of its provider's file. */
export const sandboxFile = `terraform-provider-cinderkit_v${sandboxVersion}`;

/** What a command said, and the exit code that it set. */
export interface Said {
  readonly out: string;
  readonly err: string;
  readonly code: unknown;
}

/** What is to be another than usual in a run. */
export interface Case extends Partial<Surroundings> {
  readonly package?: string;
  readonly version?: string;
}

/** Writes a file, its folder included, and gives its path. */
export function write(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** One sandbox; `remove` it at the end. */
export class InstallSandbox {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes one, with a provider in its package. */
  static async make(): Promise<InstallSandbox> {
    const sandbox = new InstallSandbox(await tempFolder());
    write(sandbox.path('package/dist/terraform', sandboxFile), '#!/bin/sh\nexit 1\n');
    return sandbox;
  }

  /** A path in it. */
  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** A path in the folder into which both programs look. */
  plugins(...parts: string[]): string {
    return this.path('.terraform.d/plugins', ...parts);
  }

  /** Where the provider is to lie for the program of a registry. */
  installed(registry: string, platform = 'linux_amd64'): string {
    return this.plugins(registry, 'cinderkit/cinderkit', sandboxVersion, platform, sandboxFile);
  }

  /** The record of the install. */
  record(): string {
    return this.path('.local/share/cinderkit/install.json');
  }

  /** Runs `cinderkit terraform <words>` on its package and home. */
  async run(words: string, given: Case = {}): Promise<Said> {
    const said = { out: '', err: '' };
    const hear = (stream: NodeJS.WriteStream, as: 'out' | 'err') =>
      jest.spyOn(stream, 'write').mockImplementation((text) => {
        said[as] += String(text);
        return true;
      });
    const ears = [hear(process.stdout, 'out'), hear(process.stderr, 'err')];
    process.exitCode = undefined;
    try {
      await programFor(this, given).parseAsync([
        'node',
        'cinderkit',
        'terraform',
        ...words.split(' '),
      ]);
      return { ...said, code: process.exitCode };
    } finally {
      process.exitCode = undefined;
      for (const ear of ears) ear.mockRestore();
    }
  }

  /** Removes all of it. */
  remove(): Promise<void> {
    return removeFolder(this.folder);
  }
}

function programFor({ folder: home }: InstallSandbox, given: Case): Command {
  const { package: folder = join(home, 'package'), version = sandboxVersion, ...rest } = given;
  const usual = { env: {}, home, folder: home, platform: 'linux', arch: 'x64' };
  const place = () => ({
    installable: { package: folder, version, node: '>=22.19' },
    surroundings: { ...usual, ...rest },
  });
  return new Command('cinderkit').addCommand(terraformCommand(place));
}
