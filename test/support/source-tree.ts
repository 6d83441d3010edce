// The project's own files as the tidy laws read them: what git tracks or would track, with text.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The project's folder. */
export const projectRoot = join(__dirname, '../..');

/** One file of the tree; `path` is relative to the project's folder, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Every text file that git tracks or would track, without locks and binary files. */
export function projectFiles(): SourceFile[] {
  const listing = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  return listing
    .split('\n')
    .filter((path) => path && path !== 'package-lock.json' && existsSync(join(projectRoot, path)))
    .map((path) => ({ path, text: readFileSync(join(projectRoot, path), 'utf8') }))
    .filter(({ text }) => !text.includes('\u0000'));
}

/** A function in a source file, with the number of lines that it spans. */
export interface FunctionSpan {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

/** Every function with a body, at any depth. */
export function functionsOf(file: SourceFile): FunctionSpan[] {
  const source = parse(file);
  const found: FunctionSpan[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const last = source.getLineAndCharacterOfPosition(node.end).line;
      const name = node.name ? node.name.getText(source) : '(anonymous)';
      found.push({ name, line: first + 1, lines: last - first + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Names that a file exports with no doc comment before them. */
export function undocumentedExports(file: SourceFile): string[] {
  const source = parse(file);
  return source.statements
    .filter((node) => ts.canHaveModifiers(node) && isExported(node))
    .filter((node) => ts.getJSDocCommentsAndTags(node).length === 0)
    .flatMap((node) => namesOf(node, source))
    .filter((name, at, names) => names.indexOf(name) === at);
}

function parse(file: SourceFile): ts.SourceFile {
  return ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
}

function isExported(node: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

function namesOf(node: ts.Statement, source: ts.SourceFile): string[] {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map(({ name }) => name.getText(source));
  }
  const { name } = node as ts.DeclarationStatement;
  return name ? [name.getText(source)] : [];
}
