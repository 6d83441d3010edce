#!/usr/bin/env node
// A real Keystone, Glance and Cinder from Debian's packages on this machine, to try things against.
// Usage: node scripts/openstack-peer/peer.mjs up|down [--folder F] [--port-offset N] (--help
// tells). Invariants: up and down are repeatable; down leaves no process and no mount, with --wipe
// no file.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { awaitGlance, configureGlance, installGlance, startGlance } from './glance.mjs';
import { awaitCinder, configureCinder, installCinder } from './cinder.mjs';
import { startCinderApi, startCinderDaemons } from './cinder.mjs';
import { configureKeystone, installKeystone, startKeystone } from './keystone.mjs';
import { loginAsAdmin, makeAccounts, writeCloudsFile } from './accounts.mjs';
import { isListening, recordedDaemons, stopDaemon, sweepProcesses, waitUntil } from './daemons.mjs';
import { layoutFor, openFolder } from './layout.mjs';
import { makeDatabases, startMariadb } from './mariadb.mjs';
import { mountShares, mountsBelow, unmountShares } from './shares.mjs';
import { prepareMachine } from './machine.mjs';
import { startRabbitmq } from './rabbitmq.mjs';

/** Daemons that others depend on: they are stopped last. */
const foundations = new Set(['rabbitmq', 'mariadb', 'epmd']);

/**
 * Brings the peer up; gives the path of its clouds.yaml, which has the clouds `peer-admin` and
 * `peer-member`. `say` hears one line a step. Throws with `exitCode` 3 where this machine cannot.
 */
export async function bringPeerUp(options, { say, signal }) {
  const layout = layoutFor(options);
  const sinceMs = Date.now();
  const logFile = `${layout.folder}-apt.log`;
  await prepareMachine({ install: options.install, say, signal, logFile });
  rmSync(logFile, { force: true });
  const secrets = openFolder(layout);
  const shares = await mountShares(layout);
  say('starting MariaDB and RabbitMQ');
  await startMariadb(layout);
  await startRabbitmq(layout, secrets);
  configureKeystone(layout);
  configureGlance(layout, secrets);
  configureCinder(layout, secrets, shares);
  await makeDatabases(layout, ['keystone', 'glance', 'cinder'], signal);
  await once(layout, 'tables', async () => {
    say('making the tables of Keystone, Glance and Cinder');
    const makers = [installKeystone(layout, secrets, signal), installGlance(layout, signal)];
    await allOf([...makers, installCinder(layout, signal)]);
  });
  say('starting Keystone, Glance and Cinder');
  await startGlance(layout);
  await startCinderApi(layout);
  await startKeystone(layout, signal);
  const admin = await loginAsAdmin(layout, secrets);
  await once(layout, 'accounts', () => makeAccounts(layout, secrets, admin));
  const broker = { daemon: 'rabbitmq', signal };
  await waitUntil(layout, 'RabbitMQ', () => isListening(layout.ports.rabbitmq), broker);
  await startCinderDaemons(layout);
  await awaitGlance(layout, signal);
  await awaitCinder(layout, { ...admin, sinceMs, signal });
  writeCloudsFile(layout, secrets);
  const seconds = ((Date.now() - sinceMs) / 1000).toFixed(1);
  say(`Keystone, Glance and Cinder are up (${seconds} s): ${layout.urls.identity}`);
  return { cloudsFile: layout.cloudsFile, folder: layout.folder };
}

/** Stops the peer; with `wipe` removes its files too. Repeatable; throws where something stays. */
export async function bringPeerDown(options, { say }) {
  const layout = layoutFor(options);
  if (!existsSync(layout.folder)) return say(`nothing to stop: there is no ${layout.folder}`);
  const running = recordedDaemons(layout);
  if (running.length > 0) say(`stopping ${running.length} services`);
  const stop = (names) => Promise.all(names.map((name) => stopDaemon(layout, name)));
  await stop(running.filter((name) => !foundations.has(name)));
  await stop(running.filter((name) => foundations.has(name)));
  await sweepProcesses(layout);
  await unmountShares(layout);
  if (mountsBelow(layout.folder).length > 0) throw new Error(`mounts stay below ${layout.folder}`);
  if (options.wipe) rmSync(layout.folder, { recursive: true, force: true });
  say(options.wipe ? 'the peer is gone, its files too' : `stopped; ${layout.folder} is kept`);
}

/** Does `act` unless it was done to its end before. */
async function once({ state }, name, act) {
  const stamp = join(state, `.${name}-made`);
  if (existsSync(stamp)) return;
  await act();
  writeFileSync(stamp, '');
}

/** Waits for all, also where one fails: nothing of it may go on while things are cleaned up. */
async function allOf(promises) {
  const results = await Promise.allSettled(promises);
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}

if (import.meta.filename === process.argv[1]) {
  const { runCommandLine } = await import('./command-line.mjs');
  await runCommandLine({ up: bringPeerUp, down: bringPeerDown });
}
