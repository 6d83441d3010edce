// The small parts of the plugin's server, each by itself: certificate, handshake, sockets, log and
// the calls under way.
import { execFileSync } from 'node:child_process';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ProviderDefinition } from '../../../provider/terraform/protocol/generated/tfplugin6';
import { CallsUnderWay } from '../../../provider/terraform/serve/calls-under-way';
import { makeCertificate } from '../../../provider/terraform/serve/certificate';
import { failedAnswer } from '../../../provider/terraform/serve/failed-answers';
import { handshakeLine, readInvitation } from '../../../provider/terraform/serve/handshake';
import { lowestLevel } from '../../../provider/terraform/serve/plugin-log';
import { openPluginSocket } from '../../../provider/terraform/serve/plugin-socket';
import { removeFolder, tempFolder } from '../../support/temp-folder';

let folder: string;
beforeAll(async () => {
  folder = await tempFolder();
});
afterAll(() => removeFolder(folder));

describe('the certificate', () => {
  const { certificatePem, privateKeyPem, der } = makeCertificate();
  const read = new X509Certificate(certificatePem);

  it('is for localhost, of its own authority and of this key', () => {
    expect(read.raw.equals(der)).toBe(true);
    expect(read.checkHost('localhost')).toBe('localhost');
    expect(read.ca).toBe(true);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true);
    expect(read.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });

  it('is valid for a day, from a little before now', () => {
    const hours = (read.validToDate.getTime() - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThanOrEqual(24);
    expect(read.validFromDate.getTime()).toBeLessThan(Date.now() - 30_000);
  });

  it('is good in the eyes of openssl, as server and as client', () => {
    const file = join(folder, 'certificate.pem');
    writeFileSync(file, certificatePem);
    for (const purpose of ['sslserver', 'sslclient']) {
      const args = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', file, file];
      expect(execFileSync('openssl', args, { encoding: 'utf8' })).toBe(`${file}: OK\n`);
    }
  });

  it('has a serial number of its own, and dates beyond 2049', () => {
    const late = makeCertificate(Date.UTC(2051, 5, 1));
    expect(new X509Certificate(late.der).validToDate.getUTCFullYear()).toBe(2051);
    expect(new X509Certificate(late.der).serialNumber).not.toBe(read.serialNumber);
  });
});

describe('the handshake', () => {
  const address = { network: 'unix', name: '/tmp/x/plugin' } as const;

  it('has six fields, and a seventh for clients that ask alone', () => {
    const bytes = Buffer.from('ab');
    expect(handshakeLine(address, bytes, { asksAboutSharing: false })).toBe(
      '1|6|unix|/tmp/x/plugin|grpc|YWI\n',
    );
    expect(handshakeLine(address, null, { asksAboutSharing: true })).toBe(
      '1|6|unix|/tmp/x/plugin|grpc||false\n',
    );
  });

  it('reads what the client wants', () => {
    expect(readInvitation({})).toEqual({
      clientCertificate: null,
      speaksOurProtocol: true,
      asksAboutSharing: false,
    });
    const env = { PLUGIN_PROTOCOL_VERSIONS: '5', PLUGIN_CLIENT_CERT: 'pem' };
    expect(readInvitation(env)).toMatchObject({
      clientCertificate: 'pem',
      speaksOurProtocol: false,
    });
  });
});

describe('the socket', () => {
  const connects = (where: { path: string } | { host: string; port: number }) =>
    new Promise<boolean>((resolve) => {
      const socket = createConnection(where);
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  const onConnection = () => undefined;

  it('is a file that goes with its folder', async () => {
    const env = { PLUGIN_UNIX_SOCKET_DIR: folder };
    const socket = await openPluginSocket({ env, onConnection });
    expect(await connects({ path: socket.address.name })).toBe(true);
    socket.remove();
    socket.remove();
    expect(existsSync(socket.address.name)).toBe(false);
    expect(existsSync(join(socket.address.name, '..'))).toBe(false);
  });

  it('goes elsewhere where its path would be cut off', async () => {
    const deep = join(folder, 'd'.repeat(100));
    mkdirSync(deep);
    const socket = await openPluginSocket({
      env: { PLUGIN_UNIX_SOCKET_DIR: deep },
      onConnection,
    });
    expect(socket.address.name).toMatch(/^\/tmp\/cinderkit-/);
    expect(await connects({ path: socket.address.name })).toBe(true);
    socket.remove();
  });

  it('is on loopback on Windows, in the range that is asked for', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    // An address of a TCP server is an AddressInfo.
    const { port } = taken.address() as AddressInfo;
    const env = { PLUGIN_MIN_PORT: `${port}`, PLUGIN_MAX_PORT: `${port + 50}` };
    const socket = await openPluginSocket({ env, platform: 'win32', onConnection });
    const [host = '', chosen] = socket.address.name.split(':');
    expect([socket.address.network, host]).toEqual(['tcp', '127.0.0.1']);
    expect(Number(chosen)).toBeGreaterThan(port);
    expect(await connects({ host, port: Number(chosen) })).toBe(true);
    const full = { PLUGIN_MIN_PORT: `${port}`, PLUGIN_MAX_PORT: `${port}` };
    await expect(
      openPluginSocket({ env: full, platform: 'win32', onConnection }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' });
    socket.remove();
    taken.close();
  });
});

describe('the log', () => {
  it('begins at the level that Terraform is told', () => {
    expect(lowestLevel({})).toBe('error');
    expect(lowestLevel({ TF_LOG: 'WARN' })).toBe('warn');
    expect(lowestLevel({ TF_LOG: 'JSON' })).toBe('trace');
    expect(lowestLevel({ TF_LOG: 'trace', TF_LOG_PROVIDER: 'info' })).toBe('info');
    expect(lowestLevel({ TF_LOG: 'nonsense' })).toBe('error');
  });
});

describe('calls under way', () => {
  it('are waited for, and aborted from then on', async () => {
    const calls = new CallsUnderWay();
    await calls.settled(60_000);
    const [first, second] = [calls.begin('one'), calls.begin('two')];
    calls.abortAll(new Error('over'));
    calls.abortAll(new Error('over again'));
    expect([first.signal.reason.message, calls.begin('three').signal.aborted]).toEqual([
      'over',
      true,
    ]);
    const settled = calls.settled(10);
    first.end();
    second.end();
    await settled;
  });
});

describe('a failed answer', () => {
  const methods = Object.entries(ProviderDefinition.methods);

  it.each(methods)('of %s can be sent and tells the message', (name, { responseType }) => {
    const failed = failedAnswer(name, new Error('no space left'), {});
    const bytes = responseType.encode(responseType.fromPartial(failed as object) as never);
    const answer = JSON.stringify(responseType.decode(bytes.finish()));
    expect(answer).toContain('no space left');
    expect(answer).not.toContain('failed-answers');
  });
});
