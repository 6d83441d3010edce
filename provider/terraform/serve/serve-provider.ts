// The plugin's life: refuse to run by hand, shake hands, load everything else, serve, end in order.
// Invariant: the handshake line is written before anything heavy is loaded, it is the only thing on
// standard output, and at the end every call was told to end and the socket's folder is gone.
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { ProviderMethods } from '../protocol/methods';
import { CallsUnderWay } from './calls-under-way';
import { makeCertificate } from './certificate';
import { handshakeLine, isInvited, readInvitation } from './handshake';
import { watchParent } from './parent-watch';
import { log, logError } from './plugin-log';
import type * as pluginServer from './plugin-server';
import type { KeptAnswers } from './plugin-server';
import { openPluginSocket } from './plugin-socket';
import type { PluginSocket } from './plugin-socket';
import { quietStdout } from './quiet-stdout';

/** How long calls get to end. The client itself kills two seconds after its Shutdown. */
const graceMs = { shutdown: 1000, abandoned: 5000 } as const;
/** How long answers that are ready get to leave. */
const flushMs = 500;

/** Exit codes: 128 plus the signal's number, as shells count them. */
const exitCodes = { ended: 0, failed: 1, terminated: 143 } as const;

const byHand = `This program is the cinderkit provider for Terraform and OpenTofu. It does
nothing by itself: terraform and tofu start it. To use it, run \`npx cinderkit terraform install\`
once, and then terraform init in a folder whose configuration names the provider.
`;

type Load = () => Promise<Partial<ProviderMethods>>;

/**
 * Serves one CLI, from its handshake to its end; resolves when the server is up. `load` is called
 * at the first call that `kept` has no answer to, once; where it fails, every such call answers
 * with its error. Started by hand, it
 * tells on standard error what it is and ends the process with 1. What keeps the plugin from
 * starting is told to the CLI's user, and the process ends with 1.
 */
export async function serveProvider(
  load: Load,
  kept: KeptAnswers = () => undefined,
): Promise<void> {
  if (!isInvited(process.env)) {
    process.stderr.write(byHand);
    process.exitCode = exitCodes.failed;
    return;
  }
  const life = new PluginLife();
  try {
    await life.begin(load, kept);
  } catch (error) {
    logError('the plugin could not start', error);
    cannotStart(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Ends the process with 1 after telling the CLI why. A CLI shows its user the first line of
 * standard output where that is no handshake, and nothing of standard error.
 */
function cannotStart(found: string): never {
  const line = `the cinderkit provider could not start: ${found.replaceAll(/[|\s]+/g, ' ')}\n`;
  writeSync(2, line);
  writeSync(1, line);
  process.exit(exitCodes.failed);
}

class PluginLife {
  readonly #calls = new CallsUnderWay();
  readonly #waiting: Socket[] = [];
  readonly #watch = watchParent(() => {
    log('warn', 'the program that started this plugin has gone');
    void this.#end(exitCodes.failed, graceMs.abandoned);
  });
  #socket: PluginSocket | null = null;
  #server: pluginServer.PluginServer | null = null;
  #isEnding = false;

  async begin(load: Load, kept: KeptAnswers): Promise<void> {
    quietStdout();
    this.#obeySignals();
    const invitation = readInvitation(process.env);
    const { clientCertificate } = invitation;
    const own = clientCertificate === null ? null : makeCertificate();
    process.once('exit', () => this.#socket?.remove());
    const socket = await openPluginSocket({
      env: process.env,
      onConnection: (connection) => this.#accept(connection),
    });
    this.#socket = socket;
    writeSync(1, handshakeLine(socket.address, own?.der ?? null, invitation));
    const { user, system } = process.cpuUsage();
    log('trace', 'handshake done', { cpuMs: (user + system) / 1000 });
    if (!invitation.speaksOurProtocol) log('error', 'the client speaks another plugin protocol');
    this.#server = loadServer()({
      tls: own && clientCertificate !== null ? { own, client: clientCertificate } : null,
      provider: once(load),
      kept,
      calls: this.#calls,
      onCall: this.#watch.called,
      onShutdown: () => void this.#end(exitCodes.ended, graceMs.shutdown),
    });
    for (const connection of this.#waiting.splice(0)) this.#server.accept(connection);
  }

  #accept(connection: Socket): void {
    this.#watch.sees(connection);
    // A connection that breaks is told by its end; unheard, its error would end the process.
    connection.on('error', (error) => log('debug', `a connection broke: ${error.message}`));
    if (this.#server) this.#server.accept(connection);
    else this.#waiting.push(connection);
  }

  #obeySignals(): void {
    // Ctrl-C and a closed terminal reach the whole group: the CLI decides, and tells us.
    process.on('SIGINT', () => log('debug', 'SIGINT ignored: the CLI ends this plugin'));
    process.on('SIGHUP', () => log('debug', 'SIGHUP ignored: the CLI ends this plugin'));
    process.on('SIGTERM', () => void this.#end(exitCodes.terminated, graceMs.abandoned));
    process.on('unhandledRejection', (error) => logError('a promise was left alone', error));
    process.on('uncaughtException', (error) => {
      logError('the plugin broke', error);
      void this.#end(exitCodes.failed, graceMs.shutdown);
    });
  }

  async #end(exitCode: number, callsGraceMs: number): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#watch.stop();
    this.#calls.abortAll(new Error('the plugin was told to end'));
    await this.#calls.settled(callsGraceMs);
    this.#socket?.remove();
    await this.#server?.close(flushMs);
    process.exit(exitCode);
  }
}

/** Loads grpc-js and the codec: not before the handshake, and before a first connection is read. */
function loadServer(): typeof pluginServer.startPluginServer {
  return (require('./plugin-server') as typeof pluginServer).startPluginServer;
}

// Many processes of a command are asked for the schema alone, which is kept: they never load it.
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => (done ??= work());
}
