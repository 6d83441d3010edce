// A stand-in for the engine's command line, with its contract alone: a lock, a ready endpoint,
// the two files. PRETEND=fail makes it end with a message.
const { spawn } = require('node:child_process');
const { appendFileSync, mkdirSync, openSync, renameSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');

const folder = process.argv[process.argv.indexOf('--data-dir') + 1];
mkdirSync(folder, { recursive: true });

if (process.argv[2] === 'serve') serve();
else start();

function start() {
  appendFileSync(join(folder, 'starts'), 'start\n');
  if (process.env.PRETEND === 'fail') {
    process.stderr.write('the pool raw is not writable\n');
    process.exit(1);
  }
  try {
    openSync(join(folder, 'lock'), 'wx');
  } catch {
    process.stderr.write('another engine holds the lock\n');
    process.exit(4);
  }
  const child = spawn(process.execPath, [__filename, 'serve', '--data-dir', folder], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.once('data', () => process.exit(0));
}

function serve() {
  const instanceId = `instance-${process.pid}`;
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ status: 'ready', instanceId, version: '1' }));
  });
  server.listen(0, '127.0.0.1', () => {
    const url = `http://127.0.0.1:${server.address().port}`;
    const auth = { auth_url: `${url}/identity/v3`, username: 'admin', password: 'pw' };
    writeFileSync(join(folder, 'clouds.yaml'), JSON.stringify({ clouds: { cinderkit: { auth } } }));
    const startedAt = new Date().toISOString();
    const engine = { version: '1', pid: process.pid, url, startedAt, instanceId };
    writeFileSync(join(folder, 'engine.json.new'), JSON.stringify(engine));
    renameSync(join(folder, 'engine.json.new'), join(folder, 'engine.json'));
    process.stdout.write('ready\n');
  });
}
