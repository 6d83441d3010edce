// Someone logged in at an engine who can send anything, byte for byte: for stories of interruption
// and bad input. It shares nothing with the client under test and retries nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** An answer with its JSON parsed; `body` is the text where it is no JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into any shape
  readonly body: any;
}

/** What a call can have beside its method and path. */
export interface CallOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly bytes?: RequestInit['body'];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A caller with a token. */
export class PlainCaller {
  readonly url: string;
  readonly token: string;
  readonly projectId: string;

  /** Paths of calls are below `url`. */
  constructor(url: string, token: string, projectId = '') {
    this.url = url;
    this.token = token;
    this.projectId = projectId;
  }

  /** Logs in as the owner of `cloud` in the clouds.yaml of a data folder. */
  static async login(dataFolder: string, cloud = 'cinderkit-member'): Promise<PlainCaller> {
    const file = parse(readFileSync(join(dataFolder, 'clouds.yaml'), 'utf8')) as {
      clouds: Record<string, { auth: Record<string, string> }>;
    };
    const { auth_url = '', username, password, project_name } = file.clouds[cloud]?.auth ?? {};
    const domain = { id: 'default' };
    const url = new URL(auth_url).origin;
    const answer = await new PlainCaller(url, '').call('POST', '/identity/v3/auth/tokens', {
      body: {
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { name: username, domain, password } },
          },
          scope: { project: { name: project_name, domain } },
        },
      },
    });
    if (answer.status !== 201) throw new Error(`login of ${cloud} answered ${answer.status}`);
    const token = answer.headers.get('x-subject-token') ?? '';
    return new PlainCaller(url, token, answer.body.token.project.id);
  }

  /** Calls any path of the engine. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const { body, bytes, headers } = options;
    const sent = bytes ?? (body === undefined ? null : JSON.stringify(body));
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        'x-auth-token': this.token,
        'openstack-api-version': 'volume 3.70',
        // An engine that is killed must not be remembered by a connection.
        connection: 'close',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: sent,
      ...(bytes instanceof ReadableStream ? { duplex: 'half' } : {}),
    } as RequestInit);
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: parsed(text) };
  }

  /** Calls Block Storage below the caller's project. */
  volume(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.call(method, `/volume/v3/${this.projectId}${path}`, { body });
  }

  /** Calls the image service. */
  image(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.call(method, `/image/v2/images${path}`, { body });
  }

  /** Registers an image and sends its bytes; gives its id. Fails where either is refused. */
  async upload(name: string, format: string, bytes: RequestInit['body']): Promise<string> {
    const facts = { name, disk_format: format, container_format: 'bare' };
    const made = await this.image('POST', '', facts);
    if (made.status !== 201) throw new Error(`registering ${name} answered ${made.status}`);
    const path = `/image/v2/images/${made.body.id}/file`;
    const headers = { 'content-type': 'application/octet-stream' };
    const sent = await this.call('PUT', path, { bytes, headers });
    if (sent.status !== 204) throw new Error(`uploading ${name} answered ${sent.status}`);
    return made.body.id;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
