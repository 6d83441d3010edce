// npm run bench: measures what docs/performance.md promises, each figure beside a limit or a peer
// of the same moment. A goal that is missed is said, and is no failure: this is a bench and not a
// test. Usage: npm run bench -- [--only NAME,...] [--quick] [--json] [--install] [--engine FILE]
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cloning } from './bench/cloning.mjs';
import { endAll, endOnSignals } from './bench/ending.mjs';
import { engineStart } from './bench/engine-start.mjs';
import { listing } from './bench/listing.mjs';
import { loadGenerator } from './bench/load.mjs';
import { memory } from './bench/memory.mjs';
import { makePlace } from './bench/place.mjs';
import { pluginStart } from './bench/plugin-start.mjs';
import { jsonOf, machine, summaryOf, tableOf } from './bench/report.mjs';
import { saving } from './bench/saving.mjs';
import { terraform } from './bench/terraform.mjs';
import { build } from './build.mjs';
import { root } from './run.mjs';

const benches = {
  start: engineStart,
  list: listing,
  clone: cloning,
  backup: saving,
  memory,
  plugin: pluginStart,
  terraform,
};
const usage = `usage: npm run bench -- [--only ${Object.keys(benches).join(',')}] [--quick] [--json]
                       [--install] [--engine FILE]
  --only     these benchmarks alone
  --quick    fewer rounds and less data: for a look, not for the record
  --json     one JSON value on standard output
  --install  as root: install borg and restic with apt-get where they are missing
  --engine   the bundled-engine/bin.js to measure (default: this checkout's, built now)`;

endOnSignals();
try {
  process.exitCode = await main();
} catch (error) {
  console.error(`bench: ${process.env.DEBUG ? error.stack : error.message}`);
  process.exitCode = 1;
} finally {
  await endAll();
}

async function main() {
  const flags = readFlags();
  if (flags.help) {
    console.log(usage);
    return 0;
  }
  if (flags.engine === undefined) await build({ quiet: flags.json });
  const run = {
    bin: resolve(flags.engine ?? join(root, 'dist/bundled-engine/bin.js')),
    place: makePlace(root),
    quick: flags.quick,
    install: flags.install,
    dataMib: flags.quick ? 256 : 2048,
    progress,
    notes: new Map(),
  };
  const lines = [];
  const load = { before: loadavg()[0] };
  for (const name of flags.only) lines.push(...(await benches[name](run)));
  progress('');
  load.after = loadavg()[0];
  if (flags.json) console.log(jsonOf(lines, { load }));
  else tell(lines, load);
  return 0;
}

function tell(lines, load) {
  const { cores, memoryGib, system, node } = machine();
  const busy = `load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after`;
  console.log(`${cores} cores, ${memoryGib} GiB, ${system}, Node ${node}, ${busy}`);
  console.log(`load generator: ${loadGenerator()}\n`);
  console.log(`${tableOf(lines)}\n\n${summaryOf(lines)}`);
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      install: { type: 'boolean', default: false },
      engine: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const all = Object.keys(benches);
  const only = values.only?.split(',') ?? all;
  const unknown = only.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no benchmark is called ${unknown.join(', ')}\n${usage}`);
  return { ...values, only: all.filter((name) => only.includes(name)) };
}

/** One line that is written over, on a terminal alone. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
