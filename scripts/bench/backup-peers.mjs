// borg and restic as peers of our backups: each with a repository of its own below the benchmark's
// folder, its caches and settings there too, so that the user's own are never touched.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, runProgram } from './place.mjs';

const packages = { borg: 'borgbackup', restic: 'restic' };

/** Names of the peers. borg comes twice: as it is, and as its manual advises for disk images. */
export const peerNames = ['borg', 'borg with fixed chunks', 'restic'];

/** Installs what is missing; only for root on a system with apt-get. */
export async function installPeers() {
  const missing = Object.keys(packages).filter((name) => !findProgram(name));
  if (missing.length === 0) return;
  if (process.getuid() !== 0 || !findProgram('apt-get')) {
    throw new Error('--install needs root and apt-get; leave it out to measure without the peers');
  }
  const names = missing.map((name) => packages[name]);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  await runProgram('apt-get', [...wait, 'update', '-q'], { env });
  await runProgram('apt-get', [...wait, 'install', '-y', '-q', ...names], { env });
}

/** The peers that this machine has, ready to save `file`, and the names of those that it lacks. */
export function findPeers(folder, file) {
  const fixed = ['--chunker-params', 'fixed,1048576'];
  const all = [
    borg('borg', [], { folder, file }),
    borg('borg with fixed chunks', fixed, { folder, file }),
  ];
  all.push(restic(folder, file));
  const isHere = ({ program }) => findProgram(program) !== undefined;
  const missing = all.filter((one) => !isHere(one)).map(({ program }) => program);
  return { found: all.filter(isHere), missing: [...new Set(missing)] };
}

function borg(name, flags, { folder, file }) {
  const home = join(folder, name.replaceAll(' ', '-'));
  const repository = join(home, 'repository');
  const env = {
    ...process.env,
    BORG_BASE_DIR: home,
    BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
  };
  const how = ['--sparse', '-C', 'lz4', ...flags];
  return peer(
    { name, program: 'borg', home },
    {
      begin: () => runProgram('borg', ['init', '-e', 'none', repository], { env }),
      save: (kind) =>
        runProgram('borg', ['create', ...how, `${repository}::${kind}`, file], { env }),
    },
  );
}

function restic(folder, file) {
  const home = join(folder, 'restic');
  const where = ['-q', '--cache-dir', join(home, 'cache'), '-r', join(home, 'repository')];
  const env = { ...process.env, RESTIC_PASSWORD: 'bench' };
  return peer(
    { name: 'restic', program: 'restic', home },
    {
      begin: () => runProgram('restic', [...where, 'init'], { env }),
      save: () => runProgram('restic', [...where, 'backup', file], { env }),
    },
  );
}

function peer({ name, program, home }, { begin, save }) {
  const end = () => rmSync(home, { recursive: true, force: true });
  return {
    name,
    program,
    async begin() {
      end();
      mkdirSync(home, { recursive: true });
      await begin();
    },
    save,
    end,
  };
}
