// The gRPC server of the plugin: Terraform's Provider service from ProviderMethods, and the three
// small services that go-plugin's client calls. Home of @grpc/grpc-js. Loaded after the handshake,
// so connections come from a socket that is open already. Invariant: no method's error becomes a
// gRPC error, and every call can be aborted.
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type {
  sendUnaryData,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceError,
} from '@grpc/grpc-js';
import type { Duplex } from 'node:stream';
import { ProviderDefinition } from '../protocol/generated/tfplugin6';
import type { ProviderMethods } from '../protocol/methods';
import type { CallHandle, CallsUnderWay } from './calls-under-way';
import type { Certificate } from './certificate';
import { failedAnswer } from './failed-answers';
import { log, logError } from './plugin-log';

/** As in Go's plugins, both ways; gRPC's own limit of 4 MiB is less than a large schema. */
const largestMessageBytes = 256 * 1024 * 1024;
/** A window as large as a common message: a larger message still needs a few turns only. */
const flowControlWindowBytes = 4 * 1024 * 1024;

/** The encoded answer of a method that answers the same whenever it is asked; else undefined. */
export type KeptAnswers = (method: string) => Uint8Array | undefined;

/** What the server serves, and to whom. */
export interface PluginServerParts {
  /** Null for a connection without TLS. */
  readonly tls: { readonly own: Certificate; readonly client: string } | null;
  /** Loads what answers; called at the first call that needs it, and at each one from then on. */
  readonly provider: () => Promise<Partial<ProviderMethods>>;
  /** Encoded answers that are there without the provider, by method. */
  readonly kept: KeptAnswers;
  readonly calls: CallsUnderWay;
  /** A call came from a client that may call. */
  readonly onCall: () => void;
  /** The client wants the plugin to end; its answer is on its way. */
  readonly onShutdown: () => void;
}

/** A running server. */
export interface PluginServer {
  /** Serves one connection. */
  accept(connection: Duplex): void;
  /** Lets answers that are ready out, then closes; after `timeoutMs` it closes anyway. */
  close(timeoutMs: number): Promise<void>;
}

/** Any message's codec. Method syntax, so that every generated codec is one. */
interface Codec {
  encode(message: unknown): { finish(): Uint8Array };
  decode(input: Uint8Array): unknown;
  fromPartial(fields: object): unknown;
}

interface Rpc {
  readonly method: keyof ProviderMethods;
  readonly path: string;
  readonly requestType: Codec;
  readonly responseType: Codec;
}

/** Any method of ProviderMethods. */
interface AnyMethod {
  answer(request: unknown, call: { readonly signal: AbortSignal }): unknown;
}

type UnaryCall = ServerUnaryCall<unknown, unknown>;
type StreamingCall = ServerWritableStream<unknown, unknown>;
type Answer = sendUnaryData<unknown>;

/** Starts a server that has no connection yet. */
export function startPluginServer(parts: PluginServerParts): PluginServer {
  const server = new Server({
    'grpc.max_receive_message_length': largestMessageBytes,
    'grpc.max_send_message_length': largestMessageBytes,
    'grpc-node.flow_control_window': flowControlWindowBytes,
    'grpc.enable_channelz': 0,
  });
  serveProviderService(server, parts);
  const endStreams = serveGoPlugin(server, parts);
  const injector = server.createConnectionInjector(credentialsFor(parts.tls));
  const connections = new OpenConnections();
  return {
    accept: (connection) => {
      connections.add(connection);
      injector.injectConnection(connection);
    },
    close: async (timeoutMs) => {
      endStreams();
      // It tells every client to leave, and calls back before the last answer is out: a connection
      // ends when its last answer is, so the connections are what is waited for.
      server.tryShutdown(() => undefined);
      await connections.ended(timeoutMs);
      server.forceShutdown();
    },
  };
}

class OpenConnections {
  readonly #open = new Set<Duplex>();
  #wake: () => void = () => undefined;

  add(connection: Duplex): void {
    this.#open.add(connection);
    connection.once('close', () => {
      this.#open.delete(connection);
      if (this.#open.size === 0) this.#wake();
    });
  }

  /** Resolves when none is open, or after `timeoutMs`. */
  async ended(timeoutMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, timeoutMs);
      this.#wake = resolve;
    });
  }
}

function credentialsFor(tls: PluginServerParts['tls']): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  const { certificatePem, privateKeyPem } = tls.own;
  const pair = { cert_chain: Buffer.from(certificatePem), private_key: Buffer.from(privateKeyPem) };
  const onlyThisClient = true;
  return ServerCredentials.createSsl(Buffer.from(tls.client), [pair], onlyThisClient);
}

function serveProviderService(server: Server, parts: PluginServerParts): void {
  const { fullName, methods } = ProviderDefinition;
  for (const [key, definition] of Object.entries(methods)) {
    const { name, requestType, responseType, responseStream } = definition;
    // Object.entries widens the keys; these are the definition's own.
    const method = key as keyof typeof methods;
    const rpc: Rpc = { method, path: `/${fullName}/${name}`, requestType, responseType };
    const read = (bytes: Buffer): unknown => requestType.decode(bytes);
    const handler = responseStream
      ? (call: StreamingCall) => void streamAnswers(rpc, parts, call)
      : (call: UnaryCall, answer: Answer) => void answerOnce(rpc, parts, { call, answer });
    server.register(rpc.path, handler, encoder(responseType), read, kindOf(responseStream));
  }
}

const kindOf = (isStream: boolean): string => (isStream ? 'serverStream' : 'unary');

function encoder({ encode }: Codec): (message: unknown) => Buffer {
  return (message) => {
    const bytes = message instanceof Uint8Array ? message : encode(message).finish();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

async function answerOnce(
  rpc: Rpc,
  parts: PluginServerParts,
  { call, answer }: { call: UnaryCall; answer: Answer },
): Promise<void> {
  const handle = beginCall(rpc, parts, call);
  const beganMs = performance.now();
  try {
    const kept = parts.kept(rpc.method);
    if (kept) return answer(null, kept);
    const [provider, method] = await methodFor(rpc, parts);
    if (!method) return answer(unimplemented(rpc));
    answer(null, await method.call(provider, call.request, { signal: handle.signal }));
  } catch (error) {
    logError(`${rpc.method} failed`, error);
    answer(null, rpc.responseType.fromPartial(failedAnswer(rpc.method, error, call.request)));
  } finally {
    handle.end();
    log('trace', 'call answered', { rpc: rpc.method, tookMs: performance.now() - beganMs });
  }
}

async function streamAnswers(
  rpc: Rpc,
  parts: PluginServerParts,
  call: StreamingCall,
): Promise<void> {
  const handle = beginCall(rpc, parts, call);
  try {
    const [provider, method] = await methodFor(rpc, parts);
    if (!method) return void call.emit('error', unimplemented(rpc));
    // A method of a streaming RPC returns an AsyncIterable: ProviderMethods says so.
    const events = method.call(provider, call.request, handle) as AsyncIterable<unknown>;
    for await (const event of events) {
      if (handle.signal.aborted) break;
      if (!call.write(event)) await drained(call, handle.signal);
    }
  } catch (error) {
    logError(`${rpc.method} failed`, error);
    call.write(rpc.responseType.fromPartial(failedAnswer(rpc.method, error, call.request)));
  } finally {
    call.end();
    handle.end();
  }
}

async function methodFor(
  { method }: Rpc,
  parts: PluginServerParts,
): Promise<[Partial<ProviderMethods>, AnyMethod['answer'] | undefined]> {
  const provider = await parts.provider();
  return [provider, provider[method]];
}

function beginCall(
  rpc: Rpc,
  parts: PluginServerParts,
  call: UnaryCall | StreamingCall,
): CallHandle {
  parts.onCall();
  const handle = parts.calls.begin(rpc.method);
  call.once('cancelled', () =>
    handle.abort(new Error(`${rpc.method} was cancelled by its caller`)),
  );
  return handle;
}

function unimplemented({ method }: Rpc): Partial<ServiceError> {
  return { code: status.UNIMPLEMENTED, details: `this provider has no ${method}` };
}

function drained(call: StreamingCall, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    call.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

// The messages of these services are empty, or one field that never changes: no codec is worth it.
function serveGoPlugin(server: Server, parts: PluginServerParts): () => void {
  const streams = new Set<StreamingCall>();
  const read = (bytes: Buffer): unknown => bytes;
  const write = (): Buffer => Buffer.alloc(0);
  const serving = (): Buffer => Buffer.from([0x08, 0x01]);
  const shutdown = (_call: UnaryCall, answer: Answer) => {
    answer(null, {});
    parts.onShutdown();
  };
  // What the plugin prints goes to its log: the stream says nothing, but a client may wait on it.
  const stdio = (call: StreamingCall) => {
    parts.onCall();
    streams.add(call);
    call.once('cancelled', () => streams.delete(call));
  };
  const health = (_call: UnaryCall, answer: Answer) => answer(null, {});
  server.register('/plugin.GRPCController/Shutdown', shutdown, write, read, kindOf(false));
  server.register('/plugin.GRPCStdio/StreamStdio', stdio, write, read, kindOf(true));
  server.register('/grpc.health.v1.Health/Check', health, serving, read, kindOf(false));
  return () => streams.forEach((call) => call.end());
}
