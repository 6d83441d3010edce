// A go-plugin client in Node, as terraform's is in Go: starts a plugin with the cookie and a client
// certificate (ECDSA P-521), reads the handshake, calls RPCs over real mutual TLS. The certificates
// come from openssl and not from the code under test.
import { Client, credentials } from '@grpc/grpc-js';
import type { ChannelCredentials, ClientReadableStream } from '@grpc/grpc-js';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ProviderDefinition } from '../../provider/terraform/protocol/generated/tfplugin6';
import { pemOf } from '../../provider/terraform/serve/certificate';
import { cookie } from '../../provider/terraform/serve/handshake';

const { methods, fullName } = ProviderDefinition;

/** A key and its certificate, as PEM texts. */
export interface ClientIdentity {
  readonly key: string;
  readonly certificate: string;
}

/** The fields of a handshake line. */
export interface Handshake {
  readonly line: string;
  readonly core: string;
  readonly protocol: string;
  readonly network: string;
  readonly address: string;
  readonly kind: string;
  /** The server's certificate as PEM; null where the connection is plain. */
  readonly certificate: string | null;
  readonly rest: readonly string[];
}

/** How a process ended. */
export interface PluginEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A plugin that was started. */
export interface PluginProcess {
  readonly child: ChildProcess;
  readonly handshake: Handshake;
  readonly ended: Promise<PluginEnd>;
  stdout(): string;
  stderr(): string;
}

/** A client's identity of its own, valid for a day, with the key that Terraform's client makes. */
export function makeClientIdentity(): ClientIdentity {
  const subject = ['-subj', '/O=HashiCorp/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-521', '-nodes', '-keyout', '-'];
  const pem = execFileSync('openssl', ['req', '-x509', '-days', '1', ...key, ...subject], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const at = pem.indexOf('-----BEGIN CERTIFICATE');
  return { key: pem.slice(0, at), certificate: pem.slice(at) };
}

/** The environment that terraform gives a plugin. Without identity the connection is plain. */
export function pluginEnvironment(identity: ClientIdentity | null): NodeJS.ProcessEnv {
  return {
    [cookie.name]: cookie.value,
    PLUGIN_MIN_PORT: '10000',
    PLUGIN_MAX_PORT: '25000',
    PLUGIN_PROTOCOL_VERSIONS: '5,6',
    ...(identity ? { PLUGIN_CLIENT_CERT: identity.certificate } : {}),
  };
}

/**
 * Starts a program as a plugin and waits for its handshake. Fails with its output where it ends.
 */
export async function startPlugin(
  command: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<PluginProcess> {
  const [program, ...args] = command;
  const child = spawn(program, args, { env: { ...process.env, ...env } });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  const ended = new Promise<PluginEnd>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const line = await Promise.race([
    new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).once('line', resolve);
    }),
    ended.then(({ code }) => {
      throw new Error(`the plugin ended with ${code}: ${said.stdout}${said.stderr}`);
    }),
  ]);
  const handshake = parseHandshake(line);
  return { child, handshake, ended, stdout: () => said.stdout, stderr: () => said.stderr };
}

/** Reads a handshake line as go-plugin's client does. */
export function parseHandshake(line: string): Handshake {
  const [core = '', protocol = '', network = '', address = '', kind = '', der = '', ...rest] =
    line.split('|');
  const certificate = der ? pemOf(Buffer.from(der, 'base64')) : null;
  return { line, core, protocol, network, address, kind, certificate, rest };
}

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

type Methods = typeof methods;
type MethodName = keyof Methods;
type RequestOf<M extends MethodName> = Parameters<Methods[M]['requestType']['fromPartial']>[0];
type ResponseOf<M extends MethodName> = ReturnType<Methods[M]['responseType']['decode']>;

/** A connection to a plugin. Close it after use. */
export class PluginConnection {
  readonly #client: Client;

  /** Connects as `identity`; null leaves the certificate out, and undefined TLS altogether. */
  constructor(handshake: Handshake, identity?: ClientIdentity | null) {
    const { network, address, certificate } = handshake;
    const target = network === 'unix' ? `unix:${address}` : address;
    this.#client = new Client(target, credentialsOf(certificate, identity), {
      'grpc.ssl_target_name_override': 'localhost',
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      // Refused once is refused: a test need not wait for another try.
      'grpc.enable_retries': 0,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  /** Calls a method of the Provider service. Rejects with a gRPC ServiceError. */
  call<M extends MethodName>(
    method: M,
    fields: RequestOf<M>,
    options: CallOptions = {},
  ): Promise<ResponseOf<M>> {
    const { name, requestType, responseType } = methods[method];
    const request = requestType.fromPartial(fields as object);
    const raw = { encode: encoderOf(requestType), decode: decoderOf(responseType) };
    // The codec of this very method made it.
    return this.#unary(`/${fullName}/${name}`, raw, request, options) as Promise<ResponseOf<M>>;
  }

  /** Calls a streaming method; the stream is an AsyncIterable of its events. */
  stream<M extends MethodName>(method: M, fields: RequestOf<M>): AsyncIterable<ResponseOf<M>> {
    const { name, requestType, responseType } = methods[method];
    const request = requestType.fromPartial(fields as object);
    const [encode, decode] = [encoderOf(requestType), decoderOf(responseType)];
    // As above: the codec of this very method reads it.
    return this.#client.makeServerStreamRequest(
      `/${fullName}/${name}`,
      encode,
      decode,
      request,
    ) as AsyncIterable<unknown> as AsyncIterable<ResponseOf<M>>;
  }

  /** go-plugin's stream of what the plugin prints. */
  stdio(): ClientReadableStream<Buffer> {
    const path = '/plugin.GRPCStdio/StreamStdio';
    return this.#client.makeServerStreamRequest(path, asIs, asIs, Buffer.alloc(0));
  }

  /** go-plugin's health check; resolves to the raw answer. */
  health(): Promise<unknown> {
    const raw = { encode: asBytes, decode: asIs };
    return this.#unary('/grpc.health.v1.Health/Check', raw, Buffer.alloc(0), {});
  }

  /** Any RPC by its path, with an empty message. */
  raw(path: string): Promise<unknown> {
    return this.#unary(path, { encode: asBytes, decode: asIs }, Buffer.alloc(0), {});
  }

  /** Tells the plugin to end, as the CLI does. */
  async shutdown(): Promise<void> {
    await this.raw('/plugin.GRPCController/Shutdown');
  }

  close(): void {
    this.#client.close();
  }

  #unary(
    path: string,
    { encode, decode }: { encode: (m: unknown) => Buffer; decode: (b: Buffer) => unknown },
    request: unknown,
    { signal, timeoutMs = 30_000 }: CallOptions,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const deadline = Date.now() + timeoutMs;
      const call = this.#client.makeUnaryRequest(
        path,
        encode,
        decode,
        request,
        { deadline },
        (error, answer) => (error ? reject(error) : resolve(answer)),
      );
      signal?.addEventListener('abort', () => call.cancel(), { once: true });
    });
  }
}

function credentialsOf(
  certificate: string | null,
  identity: ClientIdentity | null | undefined,
): ChannelCredentials {
  if (identity === undefined) return credentials.createInsecure();
  const root = Buffer.from(certificate ?? '');
  if (identity === null) return credentials.createSsl(root);
  const { key, certificate: own } = identity;
  return credentials.createSsl(root, Buffer.from(key), Buffer.from(own));
}

interface Codec {
  encode(message: unknown): { finish(): Uint8Array };
  decode(input: Uint8Array): unknown;
}

const encoderOf =
  ({ encode }: Codec) =>
  (message: unknown): Buffer =>
    Buffer.from(encode(message).finish());
const decoderOf =
  ({ decode }: Codec) =>
  (bytes: Buffer): unknown =>
    decode(bytes);
const asIs = (bytes: Buffer): Buffer => bytes;
const asBytes = (message: unknown): Buffer =>
  Buffer.isBuffer(message) ? message : Buffer.alloc(0);
