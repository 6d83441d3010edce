// Who may connect to the plugin and how its calls are answered, over real sockets and real TLS.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeClientIdentity, PluginConnection } from '../../support/plugin-client';
import type { PluginProcess } from '../../support/plugin-client';
import { eventually } from '../../support/processes';
import { toyPlugins } from '../../support/toy-plugins';
import type { ToyPlugins } from '../../support/toy-plugins';

let toys: ToyPlugins;
let plugin: PluginProcess;
let connection: PluginConnection;

beforeAll(async () => {
  toys = await toyPlugins();
  plugin = await toys.start({ TF_LOG: 'trace' });
  connection = new PluginConnection(plugin.handshake, toys.identity);
});

afterAll(async () => {
  connection.close();
  await toys.endAll();
  await toys.remove();
});

describe('the handshake', () => {
  it('names protocol 6, the socket and a certificate without padding', () => {
    const { core, protocol, network, kind, line, rest } = plugin.handshake;
    expect([core, protocol, network, kind]).toEqual(['1', '6', 'unix', 'grpc']);
    expect(line.split('|')[5]).toMatch(/^[A-Za-z0-9+/]{300,}$/);
    expect(rest).toEqual([]);
  });

  it('leads to a socket that only this user can reach', () => {
    const folder = plugin.handshake.address.replace(/\/[^/]*$/, '');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('says that connections are not shared where the client asks', async () => {
    const asked = await toys.start({ PLUGIN_MULTIPLEX_GRPC: 'true' });
    expect(asked.handshake.rest).toEqual(['false']);
  });

  it('names protocol 6 to a client that speaks another, which then tells its user', async () => {
    const other = await toys.start({ PLUGIN_PROTOCOL_VERSIONS: '4,5' });
    expect(other.handshake.protocol).toBe('6');
    await eventually('the log to say so', () => other.stderr().includes('another plugin protocol'));
  });
});

describe('a client', () => {
  const refused = async (identity: Parameters<typeof connect>[0]): Promise<unknown> => {
    const stranger = connect(identity);
    try {
      return await stranger.call('getMetadata', {}, { timeoutMs: 5000 }).catch((error) => error);
    } finally {
      stranger.close();
    }
  };
  const connect = (identity?: ConstructorParameters<typeof PluginConnection>[1]) =>
    new PluginConnection(plugin.handshake, identity);

  it('with the right certificate is served', async () => {
    const { resources } = await connection.call('getMetadata', {});
    expect(resources).toEqual([{ typeName: 'toy_thing' }]);
  });

  it('without a certificate is refused', async () => {
    expect(await refused(null)).toMatchObject({ code: 14 });
  });

  it('with another certificate is refused', async () => {
    expect(await refused(makeClientIdentity())).toMatchObject({ code: 14 });
  });

  it('without TLS is refused', async () => {
    expect(await refused(undefined)).toMatchObject({ code: 14 });
  });

  it('that is refused does not end the plugin of another', async () => {
    await refused(null);
    expect(await connection.call('stopProvider', {})).toEqual({ error: '' });
    expect(plugin.child.exitCode).toBeNull();
  });

  it('that wants no TLS gets a plain connection', async () => {
    const plain = await toys.start({ PLUGIN_CLIENT_CERT: '' });
    expect(plain.handshake.certificate).toBeNull();
    const bare = new PluginConnection(plain.handshake);
    expect(await bare.call('stopProvider', {})).toEqual({ error: '' });
    bare.close();
  });
});

describe('calls', () => {
  it('that code prints in leave one line on standard output', async () => {
    await connection.call('getMetadata', {});
    await eventually('the log line', () => plugin.stderr().includes('written by the code'));
    expect(plugin.stdout()).toBe(`${plugin.handshake.line}\n`);
    const lines = plugin.stderr().trim().split('\n').map(parseLogLine);
    expect(lines).toContainEqual(
      expect.objectContaining({
        '@level': 'debug',
        '@message': 'printed by the code of a provider',
      }),
    );
    const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
    expect(lines.filter((line) => !stamp.test(String(line['@timestamp'])))).toEqual([]);
  });

  it('a hundred at once are all answered', async () => {
    const json = (at: number) => Buffer.from(JSON.stringify(at));
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        connection.call('readDataSource', { typeName: 'toy_echo', config: { json: json(at) } }),
      ),
    );
    const echoed = answers.map(({ state }) => Number(Buffer.from(state?.json ?? []).toString()));
    expect(echoed).toEqual(Array.from({ length: 100 }, (_, at) => at));
  });

  it('of 40 MiB pass both ways', async () => {
    const json = Buffer.alloc(40 * 1024 * 1024, 0x61);
    const { upgradedState } = await connection.call('upgradeResourceState', { rawState: { json } });
    expect(Buffer.compare(Buffer.from(upgradedState?.json ?? []), json)).toBe(0);
  });

  it('that nothing implements answer UNIMPLEMENTED', async () => {
    await expect(connection.call('readResource', {})).rejects.toMatchObject({ code: 12 });
    const broker = '/plugin.GRPCBroker/StartStream';
    await expect(connection.raw(broker)).rejects.toMatchObject({ code: 12 });
  });

  it('of the health check say serving', async () => {
    expect(await connection.health()).toEqual(Buffer.from([8, 1]));
  });

  it('that stream end with their last event, and early where the reader leaves', async () => {
    const seen = [];
    for await (const { displayName } of connection.stream('listResource', { limit: 3 })) {
      seen.push(displayName);
    }
    expect(seen).toEqual(['0', '1', '2']);
    for await (const { displayName } of connection.stream('listResource', { limit: 1e9 })) {
      if (displayName === '10') break;
    }
    expect(await connection.call('stopProvider', {})).toEqual({ error: '' });
  });
});

describe('what a method throws', () => {
  const error = (rpc: string, detail: string) => ({
    severity: 1,
    summary: `cinderkit could not finish ${rpc}`,
    detail,
    attribute: undefined,
  });

  it('becomes a diagnostic without a stack', async () => {
    const { diagnostics } = await connection.call('validateProviderConfig', {});
    expect(diagnostics).toEqual([error('ValidateProviderConfig', 'no such cloud')]);
  });

  it('is in the log with its stack where the log is at debug', async () => {
    const told = /validateProviderConfig failed: no such cloud.*"stack":"Error/;
    await eventually('the stack in the log', () => told.test(plugin.stderr()));
    const quiet = await toys.start();
    const client = new PluginConnection(quiet.handshake, toys.identity);
    await client.call('validateProviderConfig', {});
    await client.shutdown();
    await quiet.ended;
    client.close();
    expect(quiet.stderr()).toContain('validateProviderConfig failed: no such cloud');
    expect(quiet.stderr()).not.toContain('stack');
  });

  it('in an apply keeps the state and the private bytes from before', async () => {
    const priorState = { msgpack: Buffer.from([0x81, 0xa1, 0x61, 1]) };
    const request = { typeName: 'toy_broken', priorState, plannedPrivate: Buffer.from('kept') };
    const answer = await connection.call('applyResourceChange', request);
    expect(answer.diagnostics).toEqual([error('ApplyResourceChange', 'the disk is gone')]);
    expect(Buffer.from(answer.newState?.msgpack ?? [])).toEqual(priorState.msgpack);
    expect(Buffer.from(answer.private).toString()).toBe('kept');
  });

  it('in a function becomes its error', async () => {
    const { error: said } = await connection.call('callFunction', { name: 'size' });
    expect(said).toEqual({ text: 'no such size', functionArgument: undefined });
  });

  it('in a stream is its last event', async () => {
    const events = [];
    const request = { typeName: 'toy_broken', limit: 9 };
    for await (const event of connection.stream('listResource', request)) events.push(event);
    expect(events).toHaveLength(3);
    expect(events[2]?.diagnostic).toEqual([error('ListResource', 'the list broke')]);
  });

  it('at loading is told by every call', async () => {
    const broken = await toys.start({ TOY_LOAD: 'fails' });
    const client = new PluginConnection(broken.handshake, toys.identity);
    const { diagnostics } = await client.call('getProviderSchema', {});
    expect(diagnostics).toEqual([error('GetProviderSchema', 'a file of the provider is missing')]);
    client.close();
  });
});

it('leaves nothing in the folder of sockets but what runs', () => {
  const folder = plugin.handshake.address.replace(/\/[^/]*$/, '');
  expect(readdirSync(toys.sockets).map((name) => join(toys.sockets, name))).toContain(folder);
});

function parseLogLine(line: string): Record<string, unknown> {
  return { ...JSON.parse(line) };
}
