// Reads what a user's CLI configuration says about where providers come from. Invariant: it is a
// look, not a judge: text that cannot be understood counts as saying nothing, and no value other
// than paths and addresses leaves this file (such configurations hold credentials).

/** One `filesystem_mirror` block. */
export interface MirrorBlock {
  readonly path: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What a `provider_installation` block says. */
export interface ProviderInstallation {
  readonly mirrors: readonly MirrorBlock[];
  /** Folder by provider address, as written. */
  readonly devOverrides: Readonly<Record<string, string>>;
}

type Block = Readonly<Record<string, unknown>>;

/** The `provider_installation` block of a configuration, in HCL or JSON; null without one. */
export function providerInstallation(text: string): ProviderInstallation | null {
  return fromJson(text) ?? fromHcl(text);
}

function fromJson(text: string): ProviderInstallation | null {
  let top: unknown;
  try {
    top = JSON.parse(text);
  } catch {
    return null;
  }
  const [block] = blocks(isBlock(top) ? top['provider_installation'] : undefined);
  if (!block) return null;
  const overrides = blocks(block['dev_overrides']).flatMap(Object.entries<unknown>);
  return {
    mirrors: blocks(block['filesystem_mirror']).map((mirror) => ({
      path: String(mirror['path'] ?? ''),
      include: words(mirror['include']),
      exclude: words(mirror['exclude']),
    })),
    devOverrides: Object.fromEntries(overrides.map(([address, path]) => [address, String(path)])),
  };
}

const isBlock = (value: unknown): value is Block => typeof value === 'object' && value !== null;

function blocks(value: unknown): Block[] {
  return (Array.isArray(value) ? value : [value]).filter(isBlock);
}

function words(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

const token = /"(?:[^"\\]|\\.)*"|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[{}[\]=,]|[^\s{}[\]=,"#]+/g;

function fromHcl(text: string): ProviderInstallation | null {
  const tokens = (text.match(token) ?? []).filter((one) => !/^(#|\/\/|\/\*)/.test(one));
  const [body] = bodiesOf(tokens, 'provider_installation');
  if (!body) return null;
  return {
    mirrors: bodiesOf(body, 'filesystem_mirror').map((mirror) => ({
      path: listAfter(mirror, 'path')[0] ?? '',
      include: listAfter(mirror, 'include'),
      exclude: listAfter(mirror, 'exclude'),
    })),
    devOverrides: Object.fromEntries(bodiesOf(body, 'dev_overrides').flatMap(assignments)),
  };
}

/** The tokens between the braces of each block of that name; a block without an end is none. */
function bodiesOf(tokens: readonly string[], name: string): string[][] {
  return tokens.flatMap((one, at) => {
    if (one !== name || tokens[at + 1] !== '{') return [];
    const end = endOfBlock(tokens, at + 1);
    return end < 0 ? [] : [tokens.slice(at + 2, end)];
  });
}

function endOfBlock(tokens: readonly string[], open: number): number {
  let depth = 0;
  return tokens.findIndex((one, at) => {
    if (at < open) return false;
    if (one === '{') depth += 1;
    if (one === '}') depth -= 1;
    return depth === 0;
  });
}

/** The value of an assignment: one string, or those of a list. */
function listAfter(tokens: readonly string[], name: string): string[] {
  const at = tokens.indexOf(name);
  if (at < 0 || tokens[at + 1] !== '=') return [];
  if (tokens[at + 2] !== '[') return [unquoted(tokens[at + 2] ?? '')];
  const end = tokens.indexOf(']', at);
  const inside = tokens.slice(at + 3, end < 0 ? undefined : end);
  return inside.filter((one) => one !== ',').map(unquoted);
}

function assignments(tokens: readonly string[]): [string, string][] {
  return tokens.flatMap((one, at): [string, string][] =>
    one === '=' ? [[unquoted(tokens[at - 1] ?? ''), unquoted(tokens[at + 1] ?? '')]] : [],
  );
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
}
