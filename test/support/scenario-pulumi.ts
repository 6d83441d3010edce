// Scenarios over the real Pulumi CLI.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isReference } from '../stories/scenarios/scenario';
import type { Action, Program } from '../stories/scenarios/scenario';
import { outcomeOf, PulumiStack } from './pulumi-stack';
import type { Outcome, Spec } from './pulumi-stack';
import { isSameValue, modelOf } from './scenario-face';
import type { Change, Face, Plan } from './scenario-face';

interface State {
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: State;
  readonly newState?: State;
}

const actionOf: Readonly<Record<string, Action>> = {
  create: 'create',
  update: 'update',
  delete: 'delete',
  replace: 'replace',
  'create-replacement': 'replace',
  'delete-replaced': 'replace',
};

/** A stack of its own on the cloud that `env` names. */
export class PulumiFace implements Face {
  readonly #stack: PulumiStack;
  #program: Program = {};

  private constructor(stack: PulumiStack) {
    this.#stack = stack;
  }

  /** Makes the stack, with nothing in it. */
  static async make(env: NodeJS.ProcessEnv): Promise<PulumiFace> {
    const stack = new PulumiStack({}, { env });
    try {
      await stack.init();
      return new PulumiFace(stack);
    } catch (error) {
      await stack.dispose();
      throw error;
    }
  }

  spelled(field: string): string {
    return field;
  }

  write(name: string, bytes: Uint8Array): void {
    writeFileSync(join(this.#stack.folder, name), bytes);
  }

  declare(program: Program): void {
    this.#program = program;
    this.#stack.declare(specOf(program));
  }

  async look(): Promise<void> {
    succeeded(await this.#stack.refresh());
  }

  async plan(): Promise<Plan> {
    const child = this.#stack.spawn(['preview', '--json']);
    let json = '';
    child.stdout?.on('data', (bytes) => (json += String(bytes)));
    const { code, output } = await outcomeOf(child);
    if (code !== 0) return { refused: output };
    const { steps } = JSON.parse(json) as { steps: PreviewStep[] };
    const changes = new Map<string, Change>();
    for (const step of steps) {
      const state = step.newState ?? step.oldState;
      const action = actionOf[step.op];
      if (!action || !state?.type.startsWith('pulumi-nodejs:dynamic')) continue;
      const label = step.urn.split('::').at(-1) ?? '';
      const noun = this.#program[label]?.noun;
      const fields = action === 'update' && noun ? changedInputs(noun, step) : [];
      changes.set(label, { action, fields, strayUnknowns: [] });
    }
    return { changes, text: output };
  }

  async unfinished(): Promise<string | null> {
    const plan = await this.plan();
    if ('refused' in plan) return plan.refused;
    return plan.changes.size === 0 ? null : plan.text;
  }

  async apply(): Promise<void> {
    succeeded(await this.#stack.up());
  }

  async ids(): Promise<ReadonlyMap<string, string>> {
    const resources = await this.#stack.resources();
    return new Map(resources.map(({ urn, id }) => [urn.split('::').at(-1) ?? '', id ?? '']));
  }

  async takeOver(
    program: Program,
    ids: ReadonlyMap<string, string>,
  ): Promise<ReadonlyMap<string, Change>> {
    succeeded(await this.#stack.run(['state', 'delete', '--all', '--force', '--yes']));
    const adopting = Object.entries(program).map(
      ([label, thing]) =>
        [label, { ...thing, inputs: { ...thing.inputs, adopt: ids.get(label) } }] as const,
    );
    this.declare(Object.fromEntries(adopting));
    await this.apply();
    // Adopting is a create for Pulumi: what it alters is not shown apart.
    return new Map();
  }

  async destroy(): Promise<void> {
    succeeded(await this.#stack.destroy());
  }

  dispose(): Promise<void> {
    return this.#stack.dispose();
  }
}

function specOf(program: Program): Spec {
  const things = Object.entries(program).map(([label, { noun, inputs, after }]) => {
    const args = Object.entries(inputs).map(([name, value]) => {
      return [name, isReference(value) ? `\${${value.from}.${value.field}}` : value] as const;
    });
    const options = after ? { dependsOn: [...after] } : {};
    return [label, { type: modelOf(noun).title, args: Object.fromEntries(args), options }] as const;
  });
  return Object.fromEntries(inOrder(program, things));
}

/** A JavaScript program can use a thing only after it is made. */
function inOrder<T>(program: Program, things: (readonly [string, T])[]): (readonly [string, T])[] {
  const placed: string[] = [];
  const place = (label: string): void => {
    if (placed.includes(label)) return;
    const { inputs = {}, after = [] } = program[label] ?? {};
    const used = Object.values(inputs).filter(isReference);
    for (const other of [...after, ...used.map(({ from }) => from)]) place(other);
    placed.push(label);
  };
  for (const [label] of things) place(label);
  const byLabel = new Map(things);
  return placed.flatMap((label) => {
    const thing = byLabel.get(label);
    return thing === undefined ? [] : [[label, thing] as const];
  });
}

/** Inputs that are not what the service has, and those that were written and no longer are. */
function changedInputs(noun: string, step: PreviewStep): string[] {
  const news = step.newState?.inputs ?? {};
  const olds = step.oldState?.inputs ?? {};
  const live = step.oldState?.outputs ?? {};
  const differs = modelOf(noun).inputs.filter(({ name, presence }) => {
    if (name in news) return !isSameValue(news[name], live[name]);
    return name in olds && presence !== 'chosen';
  });
  return differs.map(({ name }) => name).sort();
}

function succeeded({ code, output }: Outcome): void {
  if (code !== 0) throw new Error(`pulumi ended with ${code}:\n${output}`);
}
