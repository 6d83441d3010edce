// What the suite needs of the machine: Tempest with Cinder's plugin, stestr, and qemu-img for the
// engine's second pool. Invariant: as with the toolchain, packages are installed only by root on a
// system with apt-get, and only when that was agreed to; else the command that does it is named.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ToolchainFailure, exitCodes } from '../toolchain/failure.mjs';
import { findProgram, run } from '../toolchain/programs.mjs';
import { ensureSystemPackages } from '../toolchain/system-packages.mjs';

/** Python modules that have to be there, with Debian's package of each. */
const packages = {
  tempest: 'tempest',
  stestr: 'python3-stestr',
  cinder_tempest_plugin: 'cinder-tempest-plugin',
};

const question = `
import importlib.util as u, json
found = {}
for name in ${JSON.stringify(Object.keys(packages))}:
    spec = u.find_spec(name)
    if spec and spec.origin: found[name] = spec.origin
print(json.dumps(found))
`;

/**
 * Promises the suite's programs, or throws `ToolchainFailure` (missing) with the command that
 * installs them. Gives the path of stestr and the folder of its Python's packages. Repeatable.
 */
export async function ensureTempest({ yes, report, signal, logFile }) {
  await ensureSystemPackages(['qemu'], { yes, report, signal });
  let found = findModules();
  const lacking = lackingIn(found);
  if (lacking.length > 0 && mayInstall(yes)) {
    await install(lacking, { report, signal, logFile });
    found = findModules();
  }
  const still = lackingIn(found);
  if (still.length > 0) throw missing(still);
  return { stestr: findProgram('stestr'), libraryFolder: dirname(dirname(found.tempest)) };
}

/** Where the modules are, by name, for the Python that runs stestr. */
function findModules() {
  const stestr = findProgram('stestr');
  if (stestr === undefined) return {};
  const [program, ...args] = interpreterOf(stestr);
  const asked = spawnSync(program, [...args, '-c', question], { encoding: 'utf8' });
  return asked.status === 0 ? JSON.parse(asked.stdout) : {};
}

// Another Python may come first on PATH; stestr's own first line tells which one has the suite.
function interpreterOf(script) {
  const [first = ''] = readFileSync(script, 'utf8').split('\n');
  return /^#!\s*\S/.test(first) ? first.slice(2).trim().split(/\s+/) : ['python3'];
}

function lackingIn(found) {
  return Object.keys(packages)
    .filter((name) => !(name in found))
    .map((name) => packages[name]);
}

function mayInstall(yes) {
  const { CI, CINDERKIT_INSTALL } = process.env;
  const isAgreed = yes || CI === 'true' || CINDERKIT_INSTALL === 'yes';
  return isAgreed && process.getuid?.() === 0 && findProgram('apt-get') !== undefined;
}

async function install(names, { report, signal, logFile }) {
  const progress = report.start(`apt-get install ${names.join(' ')}`);
  try {
    for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...names]]) {
      const { code, output } = await run('apt-get', ['-q', ...options, ...args], {
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        logFile,
        signal,
      });
      if (code !== 0) report.line(output.trimEnd().split('\n').slice(-3).join('\n'));
    }
  } finally {
    progress.end();
  }
}

// Others may be installing too; apt waits this many seconds for them.
const options = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0'];

function missing(names) {
  const list = names.join(' ');
  const how =
    findProgram('apt-get') === undefined
      ? 'Install them with your system or with pip (tempest, cinder-tempest-plugin).'
      : `Run as root: apt-get update && apt-get install -y --no-install-recommends ${list}\n` +
        'or give --install (or CINDERKIT_INSTALL=yes) as root to have that done.';
  return new ToolchainFailure(`The Tempest suite lacks: ${list}.\n${how}`, exitCodes.missing);
}
