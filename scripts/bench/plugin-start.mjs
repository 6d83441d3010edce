// What a start of the Terraform provider costs: terraform starts it two to five times a command, so
// it is CPU time that counts, beside that of a Node that does nothing. Invariant: the plugin does
// all that it does under terraform, its certificate and mutual TLS included; plugin and bare Node
// take turns, so that a busy moment hits both.
import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { root } from '../run.mjs';
import { atEnd } from './ending.mjs';
import { median, timed } from './figures.mjs';
import { makeFolder, runProgram } from './place.mjs';

const goals = { overBareMs: 45, memoryMib: 90 };
const require = createRequire(import.meta.url);

// Written by the process about itself: the kernel's figures of others are in ticks of 10 ms.
const sayCpu =
  'const c = process.cpuUsage(); process.stdout.write(`${(c.user + c.system) / 1000}`)';

/** @returns {Promise<import('./figures.mjs').Line[]>} */
export async function pluginStart(run) {
  const what = 'start of the Terraform provider';
  const [plugin] = globSync(join(root, 'dist/terraform/terraform-provider-cinderkit_v*'));
  if (!plugin) return [{ what, notRun: 'there is no dist/terraform: npm run build makes it' }];
  if (!existsSync('/proc/self/schedstat')) return [{ what, notRun: 'needs /proc of Linux' }];
  const folder = makeFolder(run.place, 'plugin');
  const used = join(folder.path, 'used');
  // The first run of an installation keeps what V8 compiled.
  await startOnce(plugin, used);
  const figures = { bare: [], bareWall: [], used: [], unseen: [] };
  const rounds = run.quick ? 5 : 21;
  for (let round = 1; round <= rounds; round += 1) {
    run.progress(`plugin start ${round}/${rounds}`);
    figures.bareWall.push(await timed(() => runProgram(process.execPath, ['-e', '0'])));
    figures.bare.push(Number(await runProgram(process.execPath, ['-e', sayCpu])));
    figures.used.push(await startOnce(plugin, used));
    figures.unseen.push(await startOnce(plugin, join(folder.path, `unseen-${round}`)));
  }
  await folder.remove();
  return linesOf(figures);
}

function linesOf({ bare, bareWall, used, unseen }) {
  const of = (starts, name) => starts.map((start) => start[name]);
  const line = (what, values, more) => ({ what, unit: 'ms', values, ...more });
  const cpu = { peer: { what: 'node -e, CPU', values: bare } };
  const over = median(of(used, 'handshakeCpuMs')) - median(bare);
  const memory = of(used, 'memoryMib');
  return [
    line('plugin start to handshake, CPU', of(used, 'handshakeCpuMs'), {
      ...cpu,
      goal: { text: `within ${goals.overBareMs} ms of it`, met: over < goals.overBareMs },
    }),
    line('the same, first start of an installation', of(unseen, 'handshakeCpuMs'), cpu),
    line('plugin start to first schema, CPU', of(used, 'schemaCpuMs'), cpu),
    line('the same, first start of an installation', of(unseen, 'schemaCpuMs'), cpu),
    line('plugin start to handshake', of(used, 'handshakeMs'), {
      peer: { what: 'node -e 0', values: bareWall },
    }),
    {
      what: 'plugin after its first schema, resident',
      unit: 'MiB',
      values: memory,
      goal: { text: `under ${goals.memoryMib} MiB`, met: median(memory) < goals.memoryMib },
    },
  ];
}

async function startOnce(plugin, cacheFolder) {
  const { makeCertificate, pemOf } = require('../../dist/provider/terraform/serve/certificate.js');
  const { cookie } = require('../../dist/provider/terraform/serve/handshake.js');
  const own = makeCertificate();
  const beganMs = performance.now();
  const child = spawn(process.execPath, [plugin], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      XDG_CACHE_HOME: cacheFolder,
      TF_LOG: 'trace',
      PLUGIN_PROTOCOL_VERSIONS: '6',
      PLUGIN_CLIENT_CERT: own.certificatePem,
      [cookie.name]: cookie.value,
    },
  });
  atEnd(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.once('close', resolve));
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const line = await new Promise((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk).trim()));
    ended.then((code) => reject(new Error(`the plugin ended with ${code}: ${log}`)));
  });
  const handshakeMs = performance.now() - beganMs;
  const [, , , path, , der] = line.split('|');
  const client = connect(path, { own, server: pemOf(Buffer.from(der, 'base64')) });
  await call(client, '/tfplugin6.Provider/GetProviderSchema');
  const schemaCpuMs = cpuMsOf(child.pid);
  const memoryMib = memoryMibOf(child.pid);
  await call(client, '/plugin.GRPCController/Shutdown');
  client.close();
  await ended;
  const handshakeCpuMs = Number(/"cpuMs":([\d.]+)/.exec(log)[1]);
  return { handshakeMs, handshakeCpuMs, schemaCpuMs, memoryMib };
}

function connect(path, { own, server }) {
  const tls = { cert: own.certificatePem, key: own.privateKeyPem, ca: server };
  return connectHttp2('https://localhost', {
    createConnection: () =>
      connectTls({ path, ...tls, servername: 'localhost', ALPNProtocols: ['h2'] }),
  });
}

// One gRPC call with an empty message, of which only the end matters.
function call(client, path) {
  return new Promise((resolve, reject) => {
    const headers = { ':method': 'POST', ':path': path, te: 'trailers' };
    const stream = client.request({ ...headers, 'content-type': 'application/grpc' });
    stream.on('error', reject).on('end', resolve).resume();
    stream.end(Buffer.alloc(5));
  });
}

function cpuMsOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}

function memoryMibOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
}
