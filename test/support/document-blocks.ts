// What the documents tell their readers to type: code blocks by language, and commands in console
// blocks and in running text.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './source-tree';

/** A fenced block of a page; `line` is that of its opening fence. */
export interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** The pages for users, relative to the project's folder. */
export function userPages(): string[] {
  return ['README.md', ...globSync('docs/*.md', { cwd: projectRoot }).sort()];
}

/** Every fenced block of a page. */
export function blocksOf(page: string): Block[] {
  return blocksIn(readFileSync(join(projectRoot, page), 'utf8'), page);
}

/** Every fenced block in a text. */
export function blocksIn(text: string, page: string): Block[] {
  const fenced = /^```(\w*)\n(.*?)^```$/gms;
  return [...text.matchAll(fenced)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    language: match[1] ?? '',
    text: match[2] ?? '',
  }));
}

/** A command that a page names. */
export interface NamedCommand {
  readonly page: string;
  readonly words: readonly string[];
}

const tools = ['npm', 'npx', 'pulumi', 'openstack'];

/** The npm, npx, pulumi and openstack commands that a page names, variables and pipes cut off. */
export function commandsOf(page: string): NamedCommand[] {
  return commandsIn(readFileSync(join(projectRoot, page), 'utf8'), page);
}

/** The commands that a text names. */
export function commandsIn(text: string, page: string): NamedCommand[] {
  const shown = blocksIn(text, page)
    .filter(({ language }) => ['console', 'sh', 'bash'].includes(language))
    .flatMap((block) => block.text.split('\n'))
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2));
  const prose = text.replace(/^```.*?^```$/gms, '');
  const inline = [...prose.matchAll(/`([^`\n]+(?:\n[^`\n]+)?)`/g)].map(([, code = '']) => code);
  return [...shown, ...inline]
    .flatMap((line) => line.split(/\$\(|&&|\||\)/))
    .map((part) => part.trim().split(/\s+/))
    .filter(([tool = '', ...rest]) => tools.includes(tool) && rest.length > 0)
    .map((words) => ({ page, words }));
}
