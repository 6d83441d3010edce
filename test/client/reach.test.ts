// The way to a service: certificates that are trusted or not, and proxies.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import type { TlsSettings } from '../../provider/client/resolved-settings';
import { Sender } from '../../provider/client/sender';
import { notRun } from '../support/not-run';
import { removeFolder, tempFolder } from '../support/temp-folder';

const plain: TlsSettings = { verify: true, cacertFile: null, certFile: null, keyFile: null };

async function fetchText(tls: TlsSettings, url: string): Promise<string> {
  const sender = new Sender(tls);
  try {
    const answer = await sender.send({ method: 'GET', url, headers: {}, timeoutMs: 5000 });
    return await answer.body.text();
  } finally {
    await sender.close();
  }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return (server.address() as AddressInfo).port;
}

const closed = (server: Server) => new Promise((done) => server.close(done));
const failure = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

if (!hasOpenssl()) {
  notRun('certificates', 'openssl is not installed, so no certificate can be made');
} else {
  describe('certificates', () => {
    let folder: string;
    let server: ReturnType<typeof createHttps>;
    let url: string;
    const file = (name: string) => join(folder, name);

    beforeAll(async () => {
      folder = await tempFolder();
      const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
      const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
      const files = ['-keyout', file('key.pem'), '-out', file('cert.pem')];
      const args = ['req', ...kind, '-nodes', '-days', '1', ...files, ...subject];
      execFileSync('openssl', args, { stdio: 'ignore' });
      const pair = { key: readFileSync(file('key.pem')), cert: readFileSync(file('cert.pem')) };
      const asks = { ...pair, ca: pair.cert, requestCert: true, rejectUnauthorized: false };
      server = createHttps(asks, (request, response) => {
        const socket = request.socket as Socket & { authorized?: boolean };
        response.end(socket.authorized ? 'known' : 'stranger');
      });
      url = `https://127.0.0.1:${await listening(server)}/`;
    });

    afterAll(async () => {
      await closed(server);
      await removeFolder(folder);
    });

    test('that nobody vouches for are refused, without further tries', async () => {
      const error = await failure(fetchText(plain, url));
      expect(error).toMatchObject({ code: 'connectionFailed' });
      expect(String(error)).toContain('certificate');
    });

    test('are trusted by cacert', async () => {
      expect(await fetchText({ ...plain, cacertFile: file('cert.pem') }, url)).toBe('stranger');
    });

    test('are not looked at where verify is off', async () => {
      expect(await fetchText({ ...plain, verify: false }, url)).toBe('stranger');
    });

    test('of our own are shown', async () => {
      const own = { certFile: file('cert.pem'), keyFile: file('key.pem') };
      const tls = { ...plain, cacertFile: file('cert.pem'), ...own };
      expect(await fetchText(tls, url)).toBe('known');
    });

    test('that cannot be read are named', async () => {
      const error = await failure(fetchText({ ...plain, cacertFile: '/no/ca.pem' }, url));
      expect(error).toMatchObject({ code: 'settingsFileUnusable' });
      expect(String(error)).toContain('/no/ca.pem');
    });
  });
}

describe('a proxy', () => {
  const before = process.env['http_proxy'];
  const asked: string[] = [];
  const service = createHttp((_request, response) => response.end('served'));
  const proxy = createHttp((request, response) => {
    asked.push(request.url ?? '');
    response.end('by way of the proxy');
  });
  let servicePort: number;

  beforeAll(async () => {
    servicePort = await listening(service);
    process.env['http_proxy'] = `http://127.0.0.1:${await listening(proxy)}`;
  });

  afterAll(async () => {
    if (before === undefined) delete process.env['http_proxy'];
    else process.env['http_proxy'] = before;
    await Promise.all([closed(service), closed(proxy)]);
  });

  test('of the environment is used for other machines, never for this one', async () => {
    expect(await fetchText(plain, 'http://cloud.invalid/v3')).toBe('by way of the proxy');
    expect(await fetchText(plain, `http://127.0.0.1:${servicePort}/`)).toBe('served');
    expect(asked).toEqual(['http://cloud.invalid/v3']);
  });
});
