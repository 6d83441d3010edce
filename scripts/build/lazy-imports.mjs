// Loads each of our modules at the first use of something of it, and not with the module that
// imports it: a process that is only asked to validate then never loads the HTTP client. Invariant:
// only when a module runs is changed; ours do nothing on being loaded but make their own values.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../run.mjs';

/** The plugin of esbuild that compiles our sources so. */
export const lazyImports = {
  name: 'lazy-imports',
  async setup(build) {
    const transform = await loadTransform();
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

// The compiler keeps a copy of itself in the user's cache folder when it is loaded; a build is to
// leave nothing there, and what is run after it is to find that folder where it was.
async function loadTransform() {
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = join(root, 'node_modules/.cache');
  try {
    return (await import('@swc/core')).transform;
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  }
}

function importsOf(text) {
  return [...text.matchAll(/^(?:import|export|\}) .*from '([^']+)';$/gm)].map(([, name]) => name);
}
