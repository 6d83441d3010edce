// The style of the house as a test: numbers and names that reviewers should not have to count. Each
// law has a small test of its own on text that breaks it, so that no law can pass by seeing
// nothing.
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import {
  functionsOf,
  projectFiles,
  projectRoot,
  undocumentedExports,
} from '../support/source-tree';
import type { SourceFile } from '../support/source-tree';

const limits = { fileLines: 350, medianFileLines: 100, functionLines: 60, columns: 100 };
const files = projectFiles();
const isGenerated = ({ path }: SourceFile): boolean => /(^|\/)(generated|fixtures)\//.test(path);
const isSource = (file: SourceFile): boolean => /\.(ts|mjs|cjs)$/.test(file.path);
const sources = files.filter((file) => isSource(file) && !isGenerated(file));
const shipped = sources.filter(({ path }) =>
  /^(schema|bundled-engine|provider|components)\//.test(path),
);
const lineCount = ({ text }: SourceFile): number => text.split('\n').length - 1;
const file = (text: string, path = 'a.ts'): SourceFile => ({ path, text });

const longLines = ({ path, text }: SourceFile): string[] =>
  text
    .split('\n')
    .flatMap((line, at) => (line.length > limits.columns ? [`${path}:${at + 1}`] : []));
const longFunctions = (one: SourceFile): string[] =>
  functionsOf(one)
    .filter(({ lines }) => lines > limits.functionLines)
    .map(({ name, line, lines }) => `${one.path}:${line} ${name} ${lines} lines`);
const hasHeader = ({ text }: SourceFile): boolean =>
  /^(#!.*\n)?(\/\/ .+\n){1,6}/.test(text) || /^(#!.*\n)?\/\/ Generated/.test(text);
const unfinishedMarks = ({ path, text }: SourceFile): string[] =>
  text.split('\n').flatMap((line, at) => (unfinished.test(line) ? [`${path}:${at + 1}`] : []));
const unfinished = /\b(T[O]DO|F[I]XME|X[X]X)\b/;
const brokenLinks = ({ path, text }: SourceFile): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.split('#')[0] ?? '')
    .filter((target) => target && !/^[a-z]+:/.test(target))
    .filter((target) => !existsSync(normalize(join(projectRoot, dirname(path), target))))
    .map((target) => `${path} -> ${target}`);
const vagueName = /(^|[-/])(utils?|helpers?|common|manager|service|misc)(\.|\/)/;
const repeatedTitles = ({ path, text }: SourceFile): string[] => {
  const titles = [...text.matchAll(/^\s*(?:it|test)\(\s*'((?:[^'\\]|\\.)*)'/gm)].map(([, t]) => t);
  return titles
    .filter((title, at) => titles.indexOf(title) !== at)
    .map((title) => `${path}: ${title}`);
};

describe('source files', () => {
  it('stay short', () => {
    expect(sources.filter((one) => lineCount(one) > limits.fileLines).map((f) => f.path)).toEqual(
      [],
    );
    const lengths = shipped.map(lineCount).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(limits.medianFileLines);
  });

  it('hold short functions', () => {
    expect(shipped.flatMap(longFunctions)).toEqual([]);
    const long = `function f() {\n${'  go();\n'.repeat(limits.functionLines)}}\n`;
    expect(longFunctions(file(long))).toHaveLength(1);
  });

  it('keep within the columns', () => {
    expect(sources.flatMap(longLines)).toEqual([]);
    expect(longLines(file('x'.repeat(limits.columns + 1)))).toEqual(['a.ts:1']);
  });

  it('begin by saying why they exist', () => {
    expect(sources.filter((one) => !hasHeader(one)).map(({ path }) => path)).toEqual([]);
    expect(hasHeader(file('import x;\n'))).toBe(false);
  });

  it('document every export', () => {
    const missing = shipped.flatMap((one) =>
      undocumentedExports(one).map((name) => `${one.path}: ${name}`),
    );
    expect(missing).toEqual([]);
    expect(undocumentedExports(file('export const bare = 1;\n'))).toEqual(['bare']);
    expect(undocumentedExports(file('/** Said. */\nexport const said = 1;\n'))).toEqual([]);
  });

  it('carry no unfinished marks', () => {
    expect(sources.flatMap(unfinishedMarks)).toEqual([]);
    expect(unfinishedMarks(file(`// ${'TO'}DO later`))).toEqual(['a.ts:1']);
  });

  it('have names that say what they hold', () => {
    expect(sources.filter(({ path }) => vagueName.test(path)).map(({ path }) => path)).toEqual([]);
    expect(sources.filter(({ path }) => /[A-Z_]/.test(path)).map(({ path }) => path)).toEqual([]);
    expect(vagueName.test('provider/utils.ts')).toBe(true);
  });
});

describe('tests', () => {
  it('have a title of their own within a file', () => {
    expect(sources.flatMap(repeatedTitles)).toEqual([]);
    expect(repeatedTitles(file("it('a', f);\nit('a', g);\n"))).toEqual(['a.ts: a']);
  });
});

describe('documents', () => {
  const pages = files.filter(({ path }) => path.endsWith('.md'));

  it('have no broken relative link', () => {
    expect(pages.flatMap(brokenLinks)).toEqual([]);
    expect(brokenLinks(file('[x](nowhere.md)', 'a.md'))).toEqual(['a.md -> nowhere.md']);
  });

  it('can all be reached from the README', () => {
    const seen = new Set<string>();
    const visit = (path: string): void => {
      const page = pages.find((one) => one.path === path);
      if (!page || seen.has(path)) return;
      seen.add(path);
      for (const [, target = ''] of page.text.matchAll(/\]\(([^)#\s]+\.md)[^)]*\)/g)) {
        if (!/^[a-z]+:/.test(target)) visit(normalize(join(dirname(path), target)));
      }
    };
    visit('README.md');
    expect(pages.map(({ path }) => path).filter((path) => !seen.has(path))).toEqual([]);
  });
});
