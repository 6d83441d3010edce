// Sources of the project compiled to a folder of their own, for tests that kill a whole process and
// so cannot run it inside jest.
import { transformFileSync } from '@swc/core';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');

/** Compiled programs; `path` turns a source's path in the project into that of its program. */
export interface CompiledSources {
  path(source: string): string;
  /** What a child needs in its environment to find the project's dependencies. */
  readonly environment: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

/** Compiles what the patterns (relative to the project's folder) match. Remove it after use. */
export async function compileSources(patterns: readonly string[]): Promise<CompiledSources> {
  const folder = await mkdtemp(join(tmpdir(), 'cinderkit-compiled-'));
  const path = (source: string): string => join(folder, source.replace(/\.ts$/, '.js'));
  for (const source of globSync([...patterns], { cwd: root })) {
    const { code } = transformFileSync(join(root, source), {
      swcrc: false,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    await mkdir(dirname(path(source)), { recursive: true });
    await writeFile(path(source), code);
  }
  return {
    path,
    environment: { ...process.env, NODE_PATH: join(root, 'node_modules') },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
