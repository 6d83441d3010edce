// What the peer needs of the machine: Debian, root, and the packages of the services. Invariants:
// packages are installed only when that was agreed to, and none of them starts a service by itself;
// what is missing ends with exit code 3 and the command that brings it.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { ToolchainFailure, exitCodes } from '../toolchain/failure.mjs';
import { run } from '../toolchain/programs.mjs';

/**
 * Packages, each with a file that shows it is there. Two are needed without being depended upon:
 * the NFS driver looks for mount.nfs, and without dmidecode a backup stays in `creating` for ever.
 */
const packages = {
  keystone: '/usr/bin/keystone-manage',
  'glance-api': '/usr/bin/glance-wsgi-api',
  'cinder-api': '/usr/bin/cinder-wsgi',
  'cinder-scheduler': '/usr/bin/cinder-scheduler',
  'cinder-volume': '/usr/bin/cinder-volume',
  'cinder-backup': '/usr/bin/cinder-backup',
  'rabbitmq-server': '/usr/lib/rabbitmq/bin/rabbitmq-server',
  'mariadb-server': '/usr/sbin/mariadbd',
  'uwsgi-core': '/usr/bin/uwsgi-core',
  'uwsgi-plugin-python3': '/usr/lib/uwsgi/plugins/python3_plugin.so',
  'python3-pymysql': '/usr/lib/python3/dist-packages/pymysql/__init__.py',
  'qemu-utils': '/usr/bin/qemu-img',
  'nfs-common': '/sbin/mount.nfs',
  dmidecode: '/usr/sbin/dmidecode',
  sudo: '/usr/bin/sudo',
};

/** Answers that keep the packages' own set-up from touching databases, accounts and services. */
const answers = [
  'keystone keystone/configure_db boolean false',
  'keystone keystone/create-admin-tenant boolean false',
  'keystone keystone/register-endpoint boolean false',
  'glance-common glance/configure_db boolean false',
  'glance-common glance/configure_ksat boolean false',
  'glance-common glance/configure_rabbit boolean false',
  'glance-api glance/register-endpoint boolean false',
  'cinder-common cinder/configure_db boolean false',
  'cinder-common cinder/configure_ksat boolean false',
  'cinder-common cinder/configure_rabbit boolean false',
  'cinder-common cinder/start_services boolean false',
  'cinder-api cinder/register-endpoint boolean false',
];

const policyFile = '/usr/sbin/policy-rc.d';

/**
 * Makes sure that the peer can run here. Installs what lacks where `install` is true, CI is "true",
 * CINDERKIT_INSTALL is "yes", or the user at the terminal agrees. Else throws with exit code 3.
 */
export async function prepareMachine({ install = false, say, signal, logFile }) {
  if (!isDebian()) {
    throw missing('The peer is made of Debian packages, and this is not Debian (/etc/os-release).');
  }
  if (process.getuid() !== 0) {
    throw missing('The peer needs root, for its bind mounts: run this as root.');
  }
  const lacking = lackingPackages();
  if (lacking.length === 0) return;
  const command = `apt-get install --no-install-recommends ${lacking.join(' ')}`;
  if (!(await mayInstall(install, command))) {
    throw missing(`Not on this machine: ${lacking.join(', ')}.\nGive --install to have it done.`);
  }
  say(`installing ${lacking.length} packages and what they need (some minutes)`);
  await installPackages(lacking, { signal, logFile });
  const still = lackingPackages();
  if (still.length > 0) throw missing(`apt-get did not bring ${still.join(', ')}; see ${logFile}.`);
}

function isDebian() {
  const file = '/etc/os-release';
  return existsSync(file) && /^ID=debian$/m.test(readFileSync(file, 'utf8'));
}

function lackingPackages() {
  return Object.keys(packages).filter((name) => !existsSync(packages[name]));
}

async function mayInstall(install, command) {
  const { CI, CINDERKIT_INSTALL } = process.env;
  if (install || CI === 'true' || CINDERKIT_INSTALL === 'yes') return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await ask.question(`Run now: ${command} (about 300 packages)? [y/N] `);
    return /^(y|yes)$/i.test(answer.trim());
  } finally {
    ask.close();
  }
}

async function installPackages(names, { signal, logFile }) {
  const hadPolicy = existsSync(policyFile);
  // Debian asks this file before a package starts its service; 101 means: do not.
  if (!hadPolicy) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await answerQuestions({ signal, logFile });
    await apt(['update'], { signal, logFile });
    await apt(['install', '-y', '--no-install-recommends', ...names], { signal, logFile });
  } finally {
    if (!hadPolicy) rmSync(policyFile, { force: true });
  }
}

async function answerQuestions({ signal, logFile }) {
  const file = `${logFile}.answers`;
  writeFileSync(file, `${answers.join('\n')}\n`);
  try {
    await mustRun('debconf-set-selections', [file], { signal, logFile });
  } finally {
    rmSync(file, { force: true });
  }
}

function apt(args, options) {
  const quiet = ['-q', '-o', 'DPkg::Lock::Timeout=600', '-o', 'Dpkg::Use-Pty=0'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return mustRun('apt-get', [...quiet, ...args], { ...options, env });
}

/** Runs a program to its end; throws with its last lines where it fails. Gives what it printed. */
export async function mustRun(program, args, options = {}) {
  const { code, output } = await run(program, args, options);
  if (code === 0) return output;
  const last = output.trimEnd().split('\n').slice(-5).join('\n  ');
  const log = options.logFile ? `\n  The whole log: ${options.logFile}` : '';
  throw new Error(`${program} failed (exit code ${code}):\n  ${last}${log}`);
}

function missing(message) {
  return new ToolchainFailure(message, exitCodes.missing);
}
