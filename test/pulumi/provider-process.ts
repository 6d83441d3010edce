// The SDK's own dynamic-provider process with our handlers in it, called by gRPC as the engine
// calls it. Only the engine is a stand-in: a port that listens, so that the provider finds its
// caller alive.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const sdk = createRequire(require.resolve('@pulumi/pulumi'));
const grpc = sdk('@grpc/grpc-js');
const { ResourceProviderClient } = sdk('@pulumi/pulumi/proto/provider_grpc_pb');
const messages = sdk('@pulumi/pulumi/proto/provider_pb');
const statuses = sdk('@pulumi/pulumi/proto/status_pb');
const { Struct } = sdk('google-protobuf/google/protobuf/struct_pb');

/** Plain properties. */
export type Properties = Record<string, unknown>;

/** What a failed call tells the engine. */
export interface CallFailure {
  readonly message: string;
  readonly code: number;
  /** What the engine keeps of a resource that is there but not as asked for. */
  readonly kept: {
    id: string;
    reasons: string[];
    properties: Properties;
    inputs: Properties;
  } | null;
}

/** The text by which the process finds the handlers of a noun in the sources. */
export function sourceText(noun: string): string {
  const path = join(root, 'provider/pulumi/handlers', `${noun}.ts`);
  return `exports.handler = () => require(${JSON.stringify(path)});`;
}

/** A provider process. Stop it after use. */
export class ProviderProcess {
  readonly #child: ChildProcess;
  readonly #engine: Server;
  // The SDK's generated clients have no types.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly #client: any;
  #said = '';

  private constructor(child: ChildProcess, engine: Server, port: string) {
    this.#child = child;
    this.#engine = engine;
    this.#client = new ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
    );
    child.stderr?.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
    child.stdout?.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
  }

  /**
   * Starts one in `folder` and configures it. `isEngineAlive` false: nothing listens as the engine.
   */
  static async start(
    folder: string,
    config: Properties,
    options: { isEngineAlive?: boolean } = {},
  ): Promise<ProviderProcess> {
    const engine = createServer((socket) => socket.destroy());
    engine.listen(0, '127.0.0.1');
    await once(engine, 'listening');
    const { port: enginePort } = engine.address() as AddressInfo;
    if (options.isEngineAlive === false) await new Promise((done) => engine.close(done));
    const hook = join(root, 'test/engine/typescript-hook.cjs');
    const script = require.resolve('@pulumi/pulumi/cmd/dynamic-provider');
    const env = {
      ...process.env,
      PULUMI_NODEJS_PROJECT: 'demo',
      NODE_PATH: join(root, 'node_modules'),
    };
    for (const key of Object.keys(env)) if (key.startsWith('OS_')) Reflect.deleteProperty(env, key);
    const child = spawn(process.execPath, ['-r', hook, script, `127.0.0.1:${enginePort}`], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const port = await firstLine(child);
    const started = new ProviderProcess(child, engine, port);
    const request = new messages.ConfigureRequest();
    request.setArgs(Struct.fromJavaScript(config));
    await started.#call('configure', request);
    return started;
  }

  /** Everything that the process printed. */
  get said(): string {
    return this.#said;
  }

  async check(olds: Properties, news: Properties) {
    const request = new messages.CheckRequest();
    request.setOlds(Struct.fromJavaScript(olds));
    request.setNews(Struct.fromJavaScript(news));
    const reply = await this.#call('check', request);
    const failures: { property: string; reason: string }[] = reply
      .getFailuresList()
      .map((failure: { toObject(): unknown }) => failure.toObject());
    return { inputs: reply.getInputs().toJavaScript() as Properties, failures };
  }

  async diff(id: string, olds: Properties, news: Properties) {
    const request = new messages.DiffRequest();
    request.setId(id);
    request.setOlds(Struct.fromJavaScript(olds));
    request.setNews(Struct.fromJavaScript(news));
    const reply = (await this.#call('diff', request)).toObject();
    return { changes: ['unknown', 'none', 'some'][reply.changes], replaces: reply.replacesList };
  }

  async create(properties: Properties) {
    const request = new messages.CreateRequest();
    request.setProperties(Struct.fromJavaScript(properties));
    const reply = await this.#call('create', request);
    return {
      id: reply.getId() as string,
      outs: reply.getProperties().toJavaScript() as Properties,
    };
  }

  async read(id: string, properties: Properties) {
    const request = new messages.ReadRequest();
    request.setId(id);
    request.setProperties(Struct.fromJavaScript(properties));
    const reply = await this.#call('read', request);
    const inputs: Properties | undefined = reply.getInputs()?.toJavaScript();
    return { id: reply.getId() as string, outs: reply.getProperties()?.toJavaScript(), inputs };
  }

  async update(id: string, olds: Properties, news: Properties): Promise<Properties> {
    const request = new messages.UpdateRequest();
    request.setId(id);
    request.setOlds(Struct.fromJavaScript(olds));
    request.setNews(Struct.fromJavaScript(news));
    return (await this.#call('update', request)).getProperties().toJavaScript();
  }

  async remove(id: string, properties: Properties): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setId(id);
    request.setProperties(Struct.fromJavaScript(properties));
    await this.#call('delete', request);
  }

  /** Kills the process at once, as an out-of-memory killer would. */
  async kill(): Promise<void> {
    this.#client.close();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    if (this.#engine.listening) await new Promise((done) => this.#engine.close(done));
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- generated messages have no types
  #call(method: string, request: unknown): Promise<any> {
    return new Promise((resolve, reject) => {
      this.#client[method](request, (error: unknown, reply: unknown) =>
        error ? reject(error) : resolve(reply),
      );
    });
  }
}

/** What the engine would make of a call that is expected to fail. */
export async function failureOf(call: Promise<unknown>): Promise<CallFailure> {
  let error;
  try {
    await call;
  } catch (caught) {
    error = caught as { details: string; code: number; metadata: { get(key: string): Buffer[] } };
  }
  if (!error) throw new Error('the call was expected to fail');
  const packed = error.metadata?.get('grpc-status-details-bin')?.[0];
  return { message: error.details, code: error.code, kept: packed ? keptIn(packed) : null };
}

function keptIn(packed: Buffer): CallFailure['kept'] {
  const status = statuses.Status.deserializeBinary(new Uint8Array(packed));
  const [detail] = status.getDetailsList();
  const failed = messages.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  return {
    id: failed.getId(),
    reasons: failed.getReasonsList(),
    properties: failed.getProperties()?.toJavaScript() ?? {},
    inputs: failed.getInputs()?.toJavaScript() ?? {},
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the provider did not start: ${text}`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      const found = /^(\d+)\n/.exec(chunk.toString());
      if (found?.[1]) resolve(found[1]);
    });
  });
}
