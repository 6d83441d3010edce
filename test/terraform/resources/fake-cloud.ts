// A cloud in memory with one noun in it, behind the adapter's face: it keeps what it is given,
// chooses what it is not, and can be changed or broken behind the provider's back.
import type { Kind, ResourceModel } from '../../../schema/kernel/describe';
import type { Connection } from '../../../provider/client/connection';
import { Claims } from '../../../provider/reconcile-claims';
import { QuotaForecast } from '../../../provider/reconcile-quota';
import type { Adapter, Aspect, Observed, Values } from '../../../provider/resources/adapter';
import { Refusal } from '../../../provider/resources/refusal';
import type { Life } from '../../../provider/terraform/resources/life';

/** A thing in it. */
export interface Thing {
  inputs: Record<string, unknown>;
  status: string;
  marker: string | null;
  readonly createdAt: string;
}

/** The cloud, its adapter, and the life of resources on it. */
export class FakeCloud {
  readonly things = new Map<string, Thing>();
  readonly calls: string[] = [];
  readonly secrets: (readonly [string, unknown])[] = [];
  /** Fields that it takes and never tells. */
  readonly untold: readonly string[];
  /** The next call of this kind fails with this text. */
  failing: { readonly call: string; readonly text: string } | null = null;
  /** Statuses that new things end in. */
  bornAs = 'available';
  /** What ends every call, as StopProvider does. */
  stopped: AbortSignal | null = null;
  readonly adapter: Adapter;
  readonly #model: ResourceModel;
  #count = 0;

  constructor(model: ResourceModel, more: Partial<Adapter> = {}, untold: readonly string[] = []) {
    this.#model = model;
    this.untold = untold;
    this.adapter = { ...this.#makeAdapter(), ...more };
  }

  /** The life of a process on this cloud. */
  life(): Life {
    const connection = { call: () => Promise.reject(new Error('no such call')) };
    const claims = new Claims();
    return {
      isConfigured: true,
      forecast: new QuotaForecast(),
      open: async ({ signal }, warn) => ({
        // Nothing but the reasons of failures is asked of it, and their absence is no failure.
        connection: connection as unknown as Connection,
        signal: this.stopped ? AbortSignal.any([signal, this.stopped]) : signal,
        isCallerAlive: async () => true,
        claims,
        warn,
      }),
      originOf: async (typeName, name) => ({ address: `${typeName}/${name}`, owner: 'test' }),
    };
  }

  /** The only thing there is. */
  get only(): Thing {
    const [thing, ...others] = [...this.things.values()];
    if (!thing || others.length > 0) throw new Error(`there are ${this.things.size} things`);
    return thing;
  }

  #makeAdapter(): Adapter {
    const model = this.#model;
    const altered = model.inputs.filter(
      ({ home, change }) => home === 'service' && change === 'in-place',
    );
    return {
      model,
      determining: [],
      unique: [],
      observe: async (_scope, id) => this.#observe(id),
      find: async (_scope, marker) =>
        [...this.things.keys()].flatMap((id) => {
          const seen = this.#observe(id);
          return seen?.marker === marker ? [seen] : [];
        }),
      create: async (_scope, inputs, marker) => this.#create(inputs, marker),
      settle: async (_scope, observed) => {
        this.#call('settle');
        if (observed.status === 'error') throw new Refusal('It broke while it was made.');
        return observed;
      },
      unmark: async (_scope, { id }) => {
        const thing = this.things.get(id);
        if (thing) thing.marker = null;
      },
      aspects: altered.map((field) => this.#aspect(field.name)),
      remove: async (_scope, { id }) => {
        this.#call('remove');
        this.things.delete(id);
      },
      list: async function* (this: FakeCloud) {
        for (const id of this.things.keys()) {
          const seen = this.#observe(id);
          if (seen) yield seen;
        }
      }.bind(this),
    };
  }

  #aspect(name: string): Aspect {
    return {
      fields: [name],
      apply: async (_scope, { observed, desired, dropped }) => {
        this.#call(`alter ${name}`);
        const field = this.#model.inputs.find((one) => one.name === name);
        const thing = this.things.get(observed.id);
        if (!thing || !field) throw new Error(`nothing to alter: ${name}`);
        if (field.secret) this.secrets.push([name, desired[name]]);
        const held = thing.inputs[name];
        if (!field.ownKeysOnly) {
          thing.inputs[name] = desired[name];
          return;
        }
        const merged = {
          ...(held as object | undefined),
          ...(desired[name] as object | undefined),
        };
        const gone = new Set(dropped[name] ?? []);
        thing.inputs[name] = Object.fromEntries(
          Object.entries(merged).filter(([key]) => !gone.has(key)),
        );
      },
    };
  }

  #call(call: string): void {
    this.calls.push(call);
    if (this.failing?.call !== call) return;
    const { text } = this.failing;
    this.failing = null;
    throw new Refusal(text);
  }

  #create(inputs: Values, marker: string): string {
    this.#call('create');
    const own = this.#model.inputs.filter(({ home }) => home === 'service');
    const kept = own.map(({ name, presence, kind, secret }) => {
      const value = inputs[name];
      if (secret && value !== undefined) this.secrets.push([name, value]);
      return [name, value ?? (presence === 'chosen' ? chosen(kind) : undefined)] as const;
    });
    const id = `id-${(this.#count += 1)}`;
    const createdAt = `time-${this.#count}`;
    this.things.set(id, {
      inputs: Object.fromEntries(kept),
      status: this.bornAs,
      marker,
      createdAt,
    });
    return id;
  }

  #observe(id: string): Observed | null {
    const thing = this.things.get(id);
    if (!thing) return null;
    const hidden = this.#model.inputs.filter(({ name, secret }) => {
      return secret || this.untold.includes(name);
    });
    const inputs = { ...thing.inputs };
    for (const { name } of hidden) inputs[name] = undefined;
    // As services do, it tells nothing as something empty.
    for (const { name, kind } of this.#model.inputs) {
      if (inputs[name] === undefined && !hidden.some((field) => field.name === name)) {
        inputs[name] = nothingOf(kind);
      }
    }
    return {
      id,
      status: thing.status,
      failReason: thing.status === 'error' ? 'a disk is broken' : null,
      inputs,
      outputs: this.#outputs(thing),
      marker: thing.marker,
    };
  }

  #outputs(thing: Thing): Values {
    const pairs = this.#model.outputs.map(({ name, kind, follows }) => {
      if (name === 'status') return [name, thing.status] as const;
      const told = JSON.stringify(follows.map((input) => thing.inputs[input] ?? null));
      return [name, outputOf(kind, `${thing.createdAt} ${told}`)] as const;
    });
    return Object.fromEntries(pairs);
  }
}

function chosen(kind: Kind): unknown {
  switch (kind.type) {
    case 'string':
      return 'f'.repeat(128);
    case 'enum':
      return kind.values[0];
    case 'integer':
    case 'number':
      return 3;
    case 'boolean':
      return true;
    case 'map':
    case 'object':
      return {};
    case 'list':
      return [];
  }
}

function nothingOf(kind: Kind): unknown {
  switch (kind.type) {
    case 'map':
      return {};
    case 'list':
      return [];
    case 'boolean':
      return false;
    default:
      return undefined;
  }
}

function outputOf(kind: Kind, text: string): unknown {
  switch (kind.type) {
    case 'string':
      return text;
    case 'enum':
      return kind.values[text.length % kind.values.length];
    case 'integer':
    case 'number':
      return text.length;
    case 'boolean':
      return text.length % 2 === 0;
    case 'map':
      return { text };
    case 'list':
      return [outputOf(kind.of, text)];
    case 'object':
      return Object.fromEntries(
        Object.entries(kind.fields).map(([name, of]) => [name, outputOf(of, text)]),
      );
  }
}
