// The reconciler on a real engine in this process: what its tests stand on.
import { join } from 'node:path';
import { connect } from '../../provider/client/connect';
import type { Connection } from '../../provider/client/connection';
import { resolveSettings } from '../../provider/client/settings';
import { createThing, removeThing, updateThing } from '../../provider/reconcile';
import type { Session } from '../../provider/reconcile';
import { Claims } from '../../provider/reconcile-claims';
import type { State } from '../../provider/reconcile-state';
import type { Adapter, Scope, Values } from '../../provider/resources/adapter';
import type { Engine } from '../../bundled-engine/main';
import { runEngine, stopEngines } from '../engine/running-engine';

/** An engine, a connection to it, and the reconciler's verbs in short forms. */
export class Stage {
  readonly engine: Engine;
  readonly connection: Connection;
  readonly warnings: string[] = [];
  isCallerAlive = true;
  #count = 0;

  private constructor(engine: Engine, connection: Connection) {
    this.engine = engine;
    this.connection = connection;
  }

  static async open(): Promise<Stage> {
    const engine = await runEngine();
    const cloudsFile = join(engine.dataFolder, 'clouds.yaml');
    const surroundings = { env: {}, cwd: engine.dataFolder, home: engine.dataFolder };
    const settings = await resolveSettings({ cloud: 'cinderkit', cloudsFile }, surroundings);
    if (!settings) throw new Error('the engine wrote no usable clouds.yaml');
    return new Stage(engine, connect(settings));
  }

  get session(): Session {
    return {
      connection: this.connection,
      isCallerAlive: async () => this.isCallerAlive,
      claims: new Claims(),
      warn: (text) => this.warnings.push(text),
    };
  }

  get scope(): Scope {
    const signal = AbortSignal.timeout(60_000);
    return { connection: this.connection, signal, deadlineMs: Date.now() + 60_000 };
  }

  /** Makes a thing at a place of its own, or at `address`. */
  make(adapter: Adapter, inputs: Values, address = `place-${(this.#count += 1)}`): Promise<State> {
    return createThing(adapter, this.session, { inputs, origin: { address, owner: 'test' } });
  }

  update(adapter: Adapter, state: State, inputs: Values): Promise<State> {
    const { id, values, memory } = state;
    return updateThing(adapter, this.session, { id, values, memory, inputs });
  }

  remove(adapter: Adapter, state: State, values: Values = state.values): Promise<void> {
    return removeThing(adapter, this.session, {
      id: state.id,
      values,
      memory: state.memory,
    });
  }

  async close(): Promise<void> {
    await this.connection.close();
    await stopEngines();
  }
}
