// Plan, apply, refresh and destroy of 1, 100 and 1 000 volumes with the real CLI: our provider and
// terraform-provider-openstack in turns, on the same engine; and the memory of the providers.
// Invariant: both have the same program, settings and parallelism, and each begins with nothing.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run.mjs';
import { ToolchainFailure } from '../toolchain/failure.mjs';
import { goPlatform } from '../toolchain/go-program.mjs';
import { ensurePeerProvider, ensureTerraform, ensureTofu } from '../toolchain/terraform.mjs';
import { goPeerProvider } from '../toolchain/terraform-pins.mjs';
import { liftQuotas, logIn, startEngine } from './engine.mjs';
import { makeFolder } from './place.mjs';
import { makeProject } from './terraform-project.mjs';

const goalOf = { memoryMib: { 1: 90, 1000: 160 }, ratio: 1 };
const longestMs = 30 * 60_000;

/** How much is done of each. The CLIs' own parallelism is 10; a thousand are done 50 at a time. */
const loads = [
  { count: 1, parallelism: 10, rounds: { quick: 1, full: 5 } },
  { count: 100, parallelism: 10, rounds: { quick: 1, full: 3 } },
  { count: 1000, parallelism: 50, rounds: { quick: 0, full: 1 } },
];

/** Commands in which the peer waits 10 s for each volume before it looks how far it is. */
const waits = ['apply', 'destroy'];

const always = ['-input=false', '-no-color'];
const commands = {
  plan: () => ['plan', ...always, '-out=made.plan'],
  apply: (parallelism) => ['apply', ...always, `-parallelism=${parallelism}`, 'made.plan'],
  refresh: (parallelism) => ['plan', ...always, `-parallelism=${parallelism}`, '-refresh-only'],
  destroy: (parallelism) => ['destroy', ...always, `-parallelism=${parallelism}`, '-auto-approve'],
};

/** @returns {Promise<import('./figures.mjs').Line[]>} */
export async function terraform(run) {
  const what = 'plan, apply, refresh and destroy with Terraform';
  const tools = await findTools(run);
  if (tools.notRun) return [{ what, notRun: tools.notRun }];
  const folder = makeFolder(run.place, 'terraform');
  const engine = await startEngine(run.bin, join(folder.path, 'engine'));
  const session = await logIn(engine);
  await liftQuotas(session);
  await session.close();
  const env = {
    OS_CLIENT_CONFIG_FILE: join(engine.dataFolder, 'clouds.yaml'),
    // As a user's, it is not empty at every command: what was compiled is found again.
    XDG_CACHE_HOME: join(folder.path, 'cache'),
  };
  const sides = [ownSide(folder.path), peerSide(tools.peer)];
  const lines = [];
  for (const load of loads) {
    const rounds = run.quick ? load.rounds.quick : load.rounds.full;
    const took = new Map();
    for (let round = 1; round <= rounds; round += 1) {
      // In turns, so that neither always meets the engine as the other left it.
      for (const side of round % 2 === 1 ? sides : sides.toReversed()) {
        const at = join(folder.path, `${side.local}-${load.count}-${round}`);
        const project = await makeProject(side, { ...load, folder: at, cli: tools.cli, env });
        await life(run, { project, side, load, round, took });
      }
    }
    if (rounds > 0) lines.push(...linesOf(load, took));
  }
  await engine.stop();
  await folder.remove();
  return lines;
}

/** The CLI and the peer; `notRun` where one cannot be had. */
async function findTools(run) {
  if (process.platform !== 'linux') return { notRun: 'memory of processes is read from /proc' };
  const name = providerFile();
  if (!existsSync(name)) return { notRun: `${name} is missing (npm run build)` };
  try {
    run.progress('terraform: tools');
    const { program } = await ensureTerraform().catch(() => ensureTofu());
    const { mirror } = await ensurePeerProvider();
    return { cli: program, peer: mirror };
  } catch (error) {
    if (!(error instanceof ToolchainFailure)) throw error;
    return { notRun: error.message.replaceAll('\n', ' ') };
  }
}

function providerFile() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return join(root, 'dist/terraform', `terraform-provider-cinderkit_v${version}`);
}

function ownSide(place) {
  const address = 'registry.terraform.io/cinderkit/cinderkit';
  const file = providerFile();
  const name = file.slice(file.lastIndexOf('/') + 1);
  const mirror = join(place, 'mirror');
  const folder = join(mirror, address, name.split('_v')[1], goPlatform());
  mkdirSync(folder, { recursive: true });
  copyFileSync(file, join(folder, name));
  return {
    local: 'cinderkit',
    address,
    mirror,
    type: 'cinderkit_volume',
    body: '  name     = "bench-${count.index}"\n  size_gib = 1',
  };
}

function peerSide(mirror) {
  return {
    local: 'openstack',
    address: goPeerProvider.address,
    mirror,
    type: 'openstack_blockstorage_volume_v3',
    body: '  name = "bench-${count.index}"\n  size = 1',
  };
}

/** One project from nothing to nothing. */
async function life(run, { project, side, load, round, took }) {
  for (const [name, args] of Object.entries(commands)) {
    run.progress(`terraform: ${load.count} volumes, round ${round}, ${side.local}, ${name}`);
    const signal = AbortSignal.timeout(longestMs);
    const result = await project.command(args(load.parallelism), signal);
    const key = `${side.local} ${name}`;
    took.set(key, [...(took.get(key) ?? []), result]);
  }
}

function linesOf({ count, parallelism }, took) {
  const of = (side, name, figure) => took.get(`${side} ${name}`).map((result) => result[figure]);
  const peer = `${goPeerProvider.binary} ${goPeerProvider.version}`;
  const things = count === 1 ? '1 volume' : `${count} volumes`;
  const lines = Object.keys(commands).map((name) => {
    const values = of('cinderkit', name, 'seconds');
    const peers = of('openstack', name, 'seconds');
    const ratios = values.map((own, round) => own / peers[round]);
    const middle = [...ratios].sort((a, b) => a - b)[ratios.length >> 1];
    const goal = { text: `at most ${goalOf.ratio}x`, met: middle <= goalOf.ratio };
    return {
      what: `terraform ${name} of ${things}, ${parallelism} at a time`,
      unit: 's',
      values,
      // The figures of these two say more about the peer's habit than about speed.
      peer: {
        what: waits.includes(name) ? `${peer}, which first looks after 10 s` : peer,
        values: peers,
      },
      ratios,
      ratioOf: 'the time of the peer',
      ...(count > 1 ? { goal } : {}),
    };
  });
  return [...lines, memoryLine(count, { things, peer, of })];
}

/** The most that a provider's process had in any of the commands. */
function memoryLine(count, { things, peer, of }) {
  const most = (side) => {
    const each = Object.keys(commands).map((name) => of(side, name, 'mostMib'));
    return each[0].map((_, round) => Math.max(...each.map((values) => values[round])));
  };
  const values = most('cinderkit');
  const goalMib = goalOf.memoryMib[count];
  const goal = { text: `under ${goalMib} MiB`, met: Math.max(...values) < goalMib };
  return {
    what: `memory of the provider with ${things} (most resident)`,
    unit: 'MiB',
    values,
    peer: { what: peer, values: most('openstack') },
    ratioOf: 'the memory of the peer',
    ...(goalMib === undefined ? {} : { goal }),
  };
}
