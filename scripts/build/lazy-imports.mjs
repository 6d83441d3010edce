// Loads each of our modules at the first use of something of it, and not with the module that
// imports it: a process that is only asked to validate then never loads the HTTP client. Invariant:
// only when a module runs is changed; ours do nothing on being loaded but make their own values.
import { transform } from '@swc/core';
import { readFile } from 'node:fs/promises';

/** The plugin of esbuild that compiles our sources so. */
export const lazyImports = {
  name: 'lazy-imports',
  setup(build) {
    build.onLoad({ filter: /\/(provider|schema)\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const { code } = await transform(text, {
        filename: path,
        configFile: false,
        swcrc: false,
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs', lazy: importsOf(text) },
      });
      return { contents: code, loader: 'js' };
    });
  },
};

function importsOf(text) {
  return [...text.matchAll(/^(?:import|export|\}) .*from '([^']+)';$/gm)].map(([, name]) => name);
}
