// What the documents show is true: programs type-check against the built types and can be
// previewed, settings are accepted, and commands exist with the flags that they are shown with.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import ts from 'typescript';
import { engineCommand } from '../../bundled-engine/cli';
import { terraformCommand } from '../../provider/terraform/command';
import { readConfig } from '../../bundled-engine/config';
import { blocksIn, blocksOf, commandsIn, commandsOf, userPages } from '../support/document-blocks';
import type { Block, NamedCommand } from '../support/document-blocks';
import { runProgram } from '../support/engine-process';
import { manifest } from '../support/installed-package';
import { notRun } from '../support/not-run';
import { openstackMissing, openstackProgram } from '../support/openstack-cli';
import { PulumiStack, pulumiBin } from '../support/pulumi-stack';
import { projectRoot } from '../support/source-tree';

const timeoutMs = 120_000;
const pages = userPages();
const blocks = pages.flatMap(blocksOf);
const programs = blocks.filter(({ language }) => language === 'ts');
const commands = pages.flatMap(commandsOf);
const commandsFor = (tool: string): NamedCommand[] =>
  commands.filter(({ words }) => words[0] === tool);
const shown = ({ page, words }: NamedCommand): string => `${page}: ${words.join(' ')}`;
const flagsOf = (words: readonly string[]): string[] =>
  words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0] ?? '');

describe('programs in the documents', () => {
  it(
    'type-check against the types that are published',
    () => {
      expect(programs.length).toBeGreaterThan(4);
      expect(typeErrors(programs)).toEqual([]);
      const wrong =
        "import { Volume } from 'cinderkit/pulumi';\nnew Volume('a', { sizeGib: '1' });\n";
      const block = { page: 'wrong.md', line: 1, language: 'ts', text: wrong };
      expect(typeErrors([block])).toEqual([expect.stringContaining('wrong.md:1')]);
    },
    timeoutMs,
  );

  const pagesToRun = ['README.md', 'docs/pulumi.md', 'docs/backups.md'];
  if (!pulumiBin) notRun('previews of the documents', 'no Pulumi CLI: run them through npm test');
  (pulumiBin ? it.each(pagesToRun) : it.skip.each(pagesToRun))(
    'of %s are previewed as they are shown',
    async (page) => {
      const runnable = programs.filter((one) => one.page === page && declaresOnly(one));
      expect(runnable.length).toBeGreaterThan(0);
      const stack = new PulumiStack({});
      try {
        writeFileSync(join(stack.folder, 'disk.raw'), Buffer.alloc(1024 * 1024));
        const main = runnable.map((block, at) => {
          writeFileSync(join(stack.folder, `block-${at}.js`), inCommonJs(block));
          return `require('./block-${at}.js');\n`;
        });
        writeFileSync(join(stack.folder, 'index.js'), main.join(''));
        await stack.init();
        const { code, output } = await stack.preview();
        const declared = runnable.flatMap(({ text }) => [...text.matchAll(/new \w+\('/g)]).length;
        expect([code, output]).toEqual([0, expect.stringContaining(`+ ${declared + 1} to create`)]);
      } finally {
        await stack.dispose();
      }
    },
    timeoutMs,
  );
});

describe('settings in the documents', () => {
  it('are accepted by the engine', async () => {
    const settings = blocks.filter(({ text }) => /^# .*engine\.yaml$/m.test(text));
    expect(settings.length).toBeGreaterThan(1);
    for (const { page, text } of settings) {
      const folder = mkdtempSync(join(tmpdir(), 'cinderkit-settings-'));
      try {
        writeFileSync(join(folder, 'engine.yaml'), text);
        const { pools = [] } = await readConfig(folder);
        expect([page, pools.length]).toEqual([page, expect.any(Number)]);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  });
});

describe('commands in the documents', () => {
  it('are found where they are shown', () => {
    const page =
      'Try `npm run up`.\n\n```console\n$ A=$(npx cinderkit engine status --json | jq .)\n```\n';
    expect(commandsIn(page, 'a.md').map(({ words }) => words.join(' '))).toEqual([
      'npx cinderkit engine status --json',
      'npm run up',
    ]);
    expect(blocksIn(page, 'a.md')).toMatchObject([{ line: 3, language: 'console' }]);
  });

  it('of npm are scripts of the package, or its own', () => {
    const own = ['ci', 'install', 'pack'];
    const unknown = commandsFor('npm').filter(({ words: [, verb = '', name = ''] }) => {
      if (verb === 'run') return !(name in manifest.scripts);
      return !own.includes(verb) && !(verb === 'test' && 'test' in manifest.scripts);
    });
    expect(commandsFor('npm').length).toBeGreaterThan(2);
    expect(unknown.map(shown)).toEqual([]);
  });

  it('of cinderkit exist, with their flags', () => {
    const named = commandsFor('npx');
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter(({ words }) => !isOurs(words)).map(shown)).toEqual([]);
    expect(isOurs(['npx', 'cinderkit', 'engine', 'begin'])).toBe(false);
    expect(isOurs(['npx', 'cinderkit', 'engine', 'stop', '--port'])).toBe(false);
  });

  if (!pulumiBin) notRun('commands of pulumi', 'no Pulumi CLI: run them through npm test');
  (pulumiBin ? it : it.skip)(
    'of pulumi exist, with their flags',
    async () => {
      const wrong: string[] = [];
      for (const command of unique(commandsFor('pulumi'))) {
        const [verb = ''] = command.words.slice(1);
        const help = await runProgram(join(pulumiBin ?? '', 'pulumi'), [
          ...command.words.slice(1, verb === 'config' ? 3 : 2),
          '--help',
        ]);
        const lacks = flagsOf(command.words).filter((flag) => !help.stdout.includes(flag));
        const isKnown = help.stdout.includes(`pulumi ${verb}`);
        if (help.code !== 0 || !isKnown || lacks.length > 0) wrong.push(shown(command));
      }
      expect(wrong).toEqual([]);
    },
    timeoutMs,
  );

  if (openstackMissing !== null) notRun('commands of openstack', openstackMissing);
  (openstackMissing === null ? it : it.skip)(
    'of openstack exist, with their flags',
    async () => {
      const wrong: string[] = [];
      for (const command of unique(commandsFor('openstack'))) {
        const flagAt = command.words.findIndex((word) => word.startsWith('-'));
        const verbs = command.words.slice(1, flagAt < 0 ? undefined : flagAt);
        const env = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', HOME: tmpdir() };
        const help = await runProgram(openstackProgram, ['help', ...verbs], { env });
        const lacks = flagsOf(command.words).filter((flag) => !help.stdout.includes(flag));
        if (help.code !== 0 || lacks.length > 0) wrong.push(shown(command));
      }
      expect(wrong).toEqual([]);
    },
    timeoutMs,
  );
});

/** Whether a block declares things and needs none that is there already. */
function declaresOnly({ text }: Block): boolean {
  return /\bnew \w+\('/.test(text) && !/\.get\(|adopt:/.test(text);
}

function unique(given: readonly NamedCommand[]): NamedCommand[] {
  const byText = new Map(given.map((command) => [command.words.join(' '), command]));
  return [...byText.values()];
}

function isOurs(words: readonly string[]): boolean {
  const [, program, noun, verb, ...rest] = words;
  const sides: Command[] = [engineCommand(), terraformCommand()];
  const side = sides.find((one) => program === 'cinderkit' && one.name() === noun);
  const command = side?.commands.find((one) => one.name() === verb);
  const known = command?.options.map(({ long }) => long) ?? [];
  return command !== undefined && flagsOf(rest).every((flag) => known.includes(flag));
}

function inCommonJs({ text }: Block): string {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}

/** Type errors of blocks, each compiled as a module in a project that has the package. */
function typeErrors(given: readonly Block[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'cinderkit-documents-'));
  try {
    symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
    const files = given.map(({ text }, at) => {
      const file = join(folder, `block-${at}.ts`);
      writeFileSync(file, text);
      return file;
    });
    const program = ts.createProgram(files, {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
      typeRoots: [join(projectRoot, 'node_modules/@types')],
    });
    return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      const block = given[files.indexOf(file?.fileName ?? '')];
      const reason = ts.flattenDiagnosticMessageText(messageText, ' ');
      return `${block?.page}:${block?.line} ${reason}`;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
