// The command line of the peer. Exit codes: 0 done, 1 failed, 2 wrong use, 3 this machine cannot
// (not Debian, not root, packages missing), 130 interrupted.
import { parseArgs } from 'node:util';
import { exitCodes } from '../toolchain/failure.mjs';

const usage = `Usage: node scripts/openstack-peer/peer.mjs up|down [options]

  up      brings a real Keystone, Glance and Cinder up on 127.0.0.1 (Debian, root)
  down    stops it; with --wipe its files go too

  --folder F        where all of its files lie (or PEER_FOLDER; default: in the temporary folder)
  --port-offset N   added to all of its ports, to run beside another (or PORT_OFFSET; default: 0)
  --install         install missing packages without asking (or CINDERKIT_INSTALL=yes)
  --wipe            with down: remove its files`;

/** Runs one of `commands` as the command line says; sets the process's exit code. */
export async function runCommandLine(commands) {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort(signal));
  try {
    const { name, options } = understand(commands);
    if (name === 'help') return void console.log(usage);
    const say = (text) => console.error(`[${process.uptime().toFixed(1).padStart(6)} s] ${text}`);
    const result = await commands[name](options, { say, signal: stop.signal });
    if (result?.cloudsFile) {
      console.log(`export OS_CLIENT_CONFIG_FILE=${result.cloudsFile} OS_CLOUD=peer-admin`);
    }
  } catch (error) {
    const stopped = stop.signal.aborted;
    const text = stopped ? 'interrupted; `down` stops what was started' : error.message;
    console.error(`openstack-peer: ${process.env.DEBUG ? error.stack : text}`);
    process.exitCode = stopped ? 130 : (error.exitCode ?? 1);
  }
}

function understand(commands) {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        folder: { type: 'string', default: process.env.PEER_FOLDER },
        'port-offset': { type: 'string', default: process.env.PORT_OFFSET || '0' },
        install: { type: 'boolean', default: false },
        wipe: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const { 'port-offset': portOffset, help, ...rest } = values;
    const [name] = positionals;
    if (help) return { name: 'help' };
    if (positionals.length !== 1 || !(name in commands)) throw new Error('say up or down');
    return { name, options: { ...rest, portOffset: Number(portOffset) } };
  } catch (error) {
    throw Object.assign(new Error(`${error.message}\n\n${usage}`), { exitCode: exitCodes.usage });
  }
}
