// Calls on an OpenStack endpoint as any client would make them, for stories that look at the cloud
// or change it behind a tool's back. It shares nothing with the client under test.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { engineNote } from './pulumi-stack';

/** Who logs in and where. */
export interface Login {
  readonly authUrl: string;
  readonly username: string;
  readonly password: string;
  readonly project: string;
}

/** An answer with its JSON parsed; `body` is the text where it is no JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into any shape
  readonly body: any;
}

/** A logged-in caller. Services are those of the catalog. */
export class Cloud {
  readonly projectId: string;
  private readonly token: string;
  private readonly endpoints: ReadonlyMap<string, string>;

  private constructor(token: string, endpoints: ReadonlyMap<string, string>, projectId: string) {
    this.token = token;
    this.endpoints = endpoints;
    this.projectId = projectId;
  }

  /** Logs in with a password. */
  static async login(login: Login): Promise<Cloud> {
    const domain = { id: 'default' };
    const answer = await fetch(`${login.authUrl}/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { name: login.username, domain, password: login.password } },
          },
          scope: { project: { name: login.project, domain } },
        },
      }),
    });
    if (answer.status !== 201) throw new Error(`login failed with ${answer.status}`);
    const { token } = (await answer.json()) as {
      token: {
        project: { id: string };
        catalog: { type: string; endpoints: { interface: string; url: string }[] }[];
      };
    };
    const urls = token.catalog.map(
      ({ type, endpoints }) =>
        [type, endpoints.find((one) => one.interface === 'public')?.url ?? ''] as const,
    );
    return new Cloud(answer.headers.get('x-subject-token') ?? '', new Map(urls), token.project.id);
  }

  /** Logs in to the engine of a data folder as the owner of `cloud` in its clouds.yaml. */
  static ofEngine(engineFolder: string, cloud = 'cinderkit'): Promise<Cloud> {
    engineNote(engineFolder);
    const file = parse(readFileSync(join(engineFolder, 'clouds.yaml'), 'utf8')) as {
      clouds: Record<string, { auth: Record<string, string> }>;
    };
    const auth = file.clouds[cloud]?.auth ?? {};
    return Cloud.login({
      authUrl: auth['auth_url'] ?? '',
      username: auth['username'] ?? '',
      password: auth['password'] ?? '',
      project: auth['project_name'] ?? '',
    });
  }

  /** Calls the block storage service at microversion 3.70. */
  volume(method: string, path: string, body?: unknown): Promise<Answer> {
    const base = this.endpoints.get('block-storage') ?? this.endpoints.get('volumev3') ?? '';
    return this.call(method, `${base}${path}`, body);
  }

  /** Calls the image service. */
  image(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.call(method, `${this.endpoints.get('image')}/v2${path}`, body);
  }

  private async call(method: string, url: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(url, {
      method,
      headers: {
        'x-auth-token': this.token,
        'openstack-api-version': 'volume 3.70',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: parsed(text) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
