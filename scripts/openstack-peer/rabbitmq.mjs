// The message broker between Cinder's processes: a RabbitMQ node of the peer's own. Invariant:
// node, Erlang's port mapper and distribution all listen on the loopback address, on ports of the
// peer.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon } from './daemons.mjs';
import { address } from './layout.mjs';

const userName = 'peer';

/** Starts the port mapper and the broker. Repeatable. */
export async function startRabbitmq(layout, secrets) {
  const { ports, etc, log, state } = layout;
  const folder = join(state, 'rabbitmq');
  for (const name of ['home', 'mnesia']) mkdirSync(join(folder, name), { recursive: true });
  const settings = [
    `listeners.tcp.1 = ${address}:${ports.rabbitmq}`,
    `default_user = ${userName}`,
    `default_pass = ${secrets.rabbitmq}`,
    'log.file.level = warning',
  ];
  writeFileSync(join(etc, 'rabbitmq.conf'), `${settings.join('\n')}\n`, { mode: 0o600 });
  writeFileSync(join(etc, 'rabbitmq-plugins'), '[].\n');
  // The broker would start a port mapper that outlives it; ours runs before, as a daemon of ours.
  const mapper = { ERL_EPMD_PORT: String(ports.epmd), ERL_EPMD_ADDRESS: address };
  await startDaemon(layout, 'epmd', { command: 'epmd', args: [], env: mapper, port: ports.epmd });
  await startDaemon(layout, 'rabbitmq', {
    command: '/usr/lib/rabbitmq/bin/rabbitmq-server',
    args: [],
    port: ports.rabbitmq,
    env: {
      ...mapper,
      HOME: join(folder, 'home'),
      RABBITMQ_NODENAME: 'rabbit@localhost',
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_CONFIG_FILE: join(etc, 'rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(etc, 'rabbitmq-plugins'),
      RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
      RABBITMQ_LOG_BASE: log,
      RABBITMQ_PID_FILE: join(folder, 'pid'),
      RABBITMQ_DIST_PORT: String(ports.erlang),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    },
  });
}

/** Address of the broker for a service. */
export function brokerUrl({ ports }, secrets) {
  return `rabbit://${userName}:${secrets.rabbitmq}@${address}:${ports.rabbitmq}/`;
}
