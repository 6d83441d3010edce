// A user's project for one provider, run with the real CLI: its commands' wall time, and what the
// provider's processes took meanwhile. Invariant: nothing of the user's own settings is used, and
// both providers come from filesystem mirrors in the same way.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const watchEveryMs = 100;
const shownLines = 15;

/**
 * @typedef {object} Side one of the two providers
 * @property {string} name
 * @property {string} address
 * @property {string} mirror folder that holds it
 * @property {string} local its name in a program
 * @property {string} body the resource block's content; COUNT stands for count.index
 * @property {string} type of the resource
 */

/** A project of `count` volumes of one side; `command(name)` runs and measures. */
export async function makeProject(side, { folder, cli, count, env }) {
  mkdirSync(folder, { recursive: true });
  const settings = join(folder, 'cli.tfrc');
  writeFileSync(settings, mirrorsText(side));
  writeFileSync(join(folder, 'main.tf'), programText(side, count));
  const own = {
    PATH: process.env.PATH,
    HOME: folder,
    TF_CLI_CONFIG_FILE: settings,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    ...env,
  };
  const command = (args, signal) => measured(cli, args, { cwd: folder, env: own, signal });
  await command(['init', '-input=false', '-no-color']);
  return { command };
}

function mirrorsText({ mirror, address }) {
  const path = JSON.stringify(mirror);
  return `provider_installation {
  filesystem_mirror {
    path    = ${path}
    include = ["${address}"]
  }
}
`;
}

function programText({ local, address, type, body }, count) {
  return `terraform {
  required_providers {
    ${local} = {
      source = "${address}"
    }
  }
}
provider "${local}" {
  cloud = "cinderkit"
}
resource "${type}" "bench" {
  count = ${count}
${body}
}
`;
}

/**
 * Runs a command to its end. Resolves to its wall time in seconds, the most memory (MiB) and the
 * processor time (seconds) of the provider's processes, and the CLI's own processor time; fails
 * with its last lines.
 */
async function measured(cli, args, { cwd, env, signal }) {
  const began = performance.now();
  const child = spawn(cli, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const hear = (bytes) => (said = (said + bytes).slice(-65_536));
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const watch = watchProviders(child.pid);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(watch.end);
  const seconds = (performance.now() - began) / 1000;
  if (code === 0) return { seconds, ...watch.seen() };
  const last = said.trimEnd().split('\n').slice(-shownLines).join('\n  ');
  throw new Error(`${cli} ${args.join(' ')} ended with ${code}:\n  ${last}`);
}

/** Looks at a CLI and at the providers that it has started, as long as they live. */
function watchProviders(pid) {
  const seen = new Map();
  let cliSeconds = 0;
  const look = () => {
    cliSeconds = cpuSecondsOf(pid) ?? cliSeconds;
    for (const child of childrenOf(pid)) {
      const found = usageOf(child);
      if (found) seen.set(child, found);
    }
  };
  const timer = setInterval(look, watchEveryMs);
  const all = () => [...seen.values()];
  return {
    end: () => clearInterval(timer),
    seen: () => ({
      mostMib: Math.max(0, ...all().map(({ mostMib }) => mostMib)),
      cpuSeconds: all().reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      cliSeconds,
    }),
  };
}

function childrenOf(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.flatMap((thread) => {
      const text = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
      return text.split(' ').filter((one) => one !== '');
    });
  } catch {
    // Ended meanwhile, or a system without it.
    return [];
  }
}

function usageOf(pid) {
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('terraform-provider-')) return null;
    const [, kib] = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmHWM:\s+(\d+) kB/);
    return { mostMib: Number(kib) / 1024, cpuSeconds: cpuSecondsOf(pid) ?? 0 };
  } catch {
    return null;
  }
}

function cpuSecondsOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // User and system time, in hundredths of a second on every Linux that is met.
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
}
