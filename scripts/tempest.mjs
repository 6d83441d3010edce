// npm run test:tempest: OpenStack's own suite for Block Storage, played against an engine of its
// own. Exit codes: 0 all passed, 1 something failed, or was skipped that a real Cinder does not
// skip, 2 wrong usage, 3 the suite is not on this machine. Usage: npm run test:tempest -- --help
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { plainly, root } from './run.mjs';
import { makeImage, startCloud } from './tempest/cloud.mjs';
import { ensureTempest } from './tempest/packages.mjs';
import { reportOf } from './tempest/report.mjs';
import { writeSettings } from './tempest/settings.mjs';
import { listTests, runTests } from './tempest/suite.mjs';
import { exitCodes } from './toolchain/failure.mjs';
import { createReport } from './toolchain/report.mjs';

const usage = `usage: npm run test:tempest -- [REGEX] [--list] [--plugin] [--concurrency N]
                              [--limit SECONDS] [--json FILE] [--engine FILE] [--keep] [--install]
  REGEX          of tempest.api.volume and cinder-tempest-plugin, the tests whose names match
                 (default: all of tempest.api.volume)
  --plugin       all of both, but for the plugin's tests that need a Compute service
  --list         print the names of the tests and run none
  --concurrency  workers (default: 2)
  --limit        the suite is ended after so many seconds (default: 600)
  --json         write every result to this file
  --engine       the bundled-engine/bin.js to test (default: this checkout's, built now)
  --keep         leave the work folder with all logs
  --install      as root: install what is missing with apt-get`;

const suite = '^tempest\\.api\\.volume\\.';
const suiteAndPlugin = '^(tempest\\.api\\.volume|cinder_tempest_plugin\\.(api|rbac))\\.';
// It makes a server without asking whether there is a Compute service.
const needCompute = ['VolumesBackupsTest\\.test_incremental_backup'];

const options = {
  plugin: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  concurrency: { type: 'string', default: '2' },
  limit: { type: 'string', default: '600' },
  json: { type: 'string' },
  engine: { type: 'string' },
  keep: { type: 'boolean', default: false },
  install: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => interrupted.abort(new Error(`${signal}: everything was cleared up`)));
}
await plainly(main);

async function main() {
  const flags = readFlags();
  if (flags === null) return exitCodes.usage;
  if (flags.help) {
    console.log(usage);
    return 0;
  }
  const { signal } = interrupted;
  const folder = mkdtempSync(join(tmpdir(), 'cinderkit-tempest-'));
  try {
    return await play({ flags, folder, signal });
  } finally {
    if (flags.keep) console.log(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function play({ flags, folder, signal }) {
  const report = createReport();
  const logFile = join(folder, 'apt.log');
  const needs = { yes: flags.install, report, signal, logFile };
  const { stestr, libraryFolder } = await ensureTempest(needs);
  if (flags.engine === undefined) await build();
  signal.throwIfAborted();
  const bin = resolve(flags.engine ?? join(root, 'dist/bundled-engine/bin.js'));
  if (!existsSync(bin)) throw new Error(`there is no engine at ${bin}`);
  const cloud = await startCloud({ bin, folder: join(folder, 'engine') });
  try {
    const imageId = await makeImage(cloud);
    const env = writeSettings({ folder, cloud, imageId, libraryFolder });
    const limitMs = flags.limit * 1000;
    const run = { ...flags, stestr, except: needCompute, folder, env, limitMs, signal };
    const chosen = (await listTests(run)).toSorted();
    if (chosen.length === 0) throw new Error('no test has such a name');
    if (!flags.list) return await judge(run, { cloud, chosen });
    console.log(chosen.join('\n'));
    return 0;
  } finally {
    await cloud.stop();
  }
}

async function judge(run, { cloud, chosen }) {
  const startedMs = performance.now();
  const ran = await runTests(run, tell);
  const seconds = (performance.now() - startedMs) / 1000;
  if (run.json !== undefined) writeFileSync(run.json, JSON.stringify(ran.results, null, 1));
  const { text, isGood } = reportOf({ ...ran, chosen, seconds });
  console.log(`\n${text}`);
  if (!cloud.isAlive()) throw new Error('the engine ended before the suite; --keep keeps its log');
  return isGood ? 0 : 1;
}

function tell({ id, outcome, seconds }) {
  console.log(`${outcome.padEnd(7)} ${seconds.toFixed(2).padStart(6)} s  ${id}`);
}

/** The flags of the command line; null where they are wrong, which is then said. */
function readFlags() {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    if (positionals.length > 1) throw new Error('more than one regular expression was given');
    const all = values.plugin ? suiteAndPlugin : suite;
    const [wish] = positionals;
    const regex = wish === undefined ? all : `(?=${suiteAndPlugin}).*(?:${wish})`;
    const concurrency = count('concurrency', values.concurrency);
    return { ...values, regex, concurrency, limit: count('limit', values.limit) };
  } catch (error) {
    console.error(`test:tempest: ${error.message}\n${usage}`);
    return null;
  }
}

function count(name, text) {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new Error(`--${name} is "${text}"; a whole number from 1 was expected`);
}
