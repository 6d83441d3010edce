// Starts the toy provider of test/terraform/serve as a plugin, compiled from the sources, and ends
// whatever of it is left after a test.
import { compileSources } from './compiled-sources';
import type { CompiledSources } from './compiled-sources';
import { makeClientIdentity, pluginEnvironment, startPlugin } from './plugin-client';
import type { ClientIdentity, PluginProcess } from './plugin-client';
import { removeFolder, tempFolder } from './temp-folder';

/** A folder for sockets, the compiled toy and the client's identity. */
export interface ToyPlugins {
  readonly identity: ClientIdentity;
  /** The folder in which sockets are made. */
  readonly sockets: string;
  /** What a start needs: the program's arguments and its environment. */
  readonly command: readonly [string, ...string[]];
  readonly environment: NodeJS.ProcessEnv;
  start(env?: NodeJS.ProcessEnv): Promise<PluginProcess>;
  /** Asks the plugins that still run to end and waits until they have. */
  endAll(): Promise<void>;
  remove(): Promise<void>;
}

const sources = [
  'provider/terraform/serve/*.ts',
  'provider/terraform/protocol/**/*.ts',
  'test/terraform/serve/toy-plugin.ts',
];

/** Compiles the toy. Remove it after use. */
export async function toyPlugins(): Promise<ToyPlugins> {
  const compiled: CompiledSources = await compileSources(sources);
  const sockets = await tempFolder();
  const identity = makeClientIdentity();
  const command = [process.execPath, compiled.path('test/terraform/serve/toy-plugin.ts')] as const;
  const environment = {
    ...compiled.environment,
    ...pluginEnvironment(identity),
    PLUGIN_UNIX_SOCKET_DIR: sockets,
  };
  const running: PluginProcess[] = [];
  return {
    identity,
    sockets,
    command,
    environment,
    start: async (env = {}) => {
      const plugin = await startPlugin(command, { ...environment, ...env });
      running.push(plugin);
      return plugin;
    },
    endAll: async () => {
      for (const { child, ended } of running.splice(0)) {
        child.kill('SIGTERM');
        await ended;
      }
    },
    remove: async () => {
      await removeFolder(sockets);
      await compiled.remove();
    },
  };
}
