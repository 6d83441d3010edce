// The services' database: a MariaDB of the peer's own that listens on a socket alone. Invariant: it
// has no password and needs none, because the socket lies in a folder that only root may enter.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon, waitUntil } from './daemons.mjs';
import { mustRun } from './machine.mjs';

/** Makes the data folder where it is missing and starts the server. Repeatable. */
export async function startMariadb(layout) {
  const data = join(layout.state, 'mariadb');
  if (!existsSync(join(data, 'mysql'))) {
    const own = ['--no-defaults', '--user=root', `--datadir=${data}`, '--skip-test-db'];
    await mustRun('mariadb-install-db', [...own, '--auth-root-authentication-method=normal'], {
      logFile: join(layout.log, 'mariadb-install.log'),
    });
  }
  await startDaemon(layout, 'mariadb', {
    command: 'mariadbd',
    args: [
      '--no-defaults',
      '--user=root',
      '--skip-networking',
      `--datadir=${data}`,
      `--socket=${socketOf(layout)}`,
      `--pid-file=${join(layout.run, 'mariadb.pid')}`,
      '--max-connections=500',
      '--character-set-server=utf8mb3',
      // A cloud for trying things out may lose the last second of a power cut, and starts sooner.
      '--innodb-flush-log-at-trx-commit=2',
    ],
  });
}

/** Waits until the server answers, and makes the services' databases. Repeatable. */
export async function makeDatabases(layout, names, signal) {
  const query = (sql) =>
    mustRun('mariadb', ['--no-defaults', '-uroot', '-S', socketOf(layout), '-e', sql]);
  const ready = async () => (await query('SELECT 1')) !== '';
  await waitUntil(layout, 'MariaDB answers', ready, { daemon: 'mariadb', signal });
  for (const name of names) {
    await query(`CREATE DATABASE IF NOT EXISTS ${name} CHARACTER SET utf8mb3`);
  }
}

function socketOf({ run }) {
  return join(run, 'mariadb.sock');
}
