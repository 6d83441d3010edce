// Scenarios over the real terraform and tofu.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isReference } from '../stories/scenarios/scenario';
import type { Action, Program, Thing } from '../stories/scenarios/scenario';
import { isSameValue, modelOf } from './scenario-face';
import type { Change, Face, Plan } from './scenario-face';
import { TerraformProject } from './terraform-project';
import type { Configuration, Outcome, PlannedChange } from './terraform-project';
import type { TerraformTool } from './terraform-tools';

const stateShape = z.object({
  resources: z.array(
    z.object({
      name: z.string(),
      instances: z.array(z.object({ attributes: z.object({ id: z.string() }) })),
    }),
  ),
});

/** A project of its own on the cloud that `env` names. */
export class TerraformFace implements Face {
  readonly project: TerraformProject;

  private constructor(project: TerraformProject) {
    this.project = project;
  }

  /** Makes the project and installs the provider into it. */
  static async make(tool: TerraformTool, env: NodeJS.ProcessEnv): Promise<TerraformFace> {
    const project = new TerraformProject(tool, { env });
    try {
      project.declare({});
      await project.init();
      return new TerraformFace(project);
    } catch (error) {
      await project.dispose();
      throw error;
    }
  }

  spelled(field: string): string {
    return snakeCase(field);
  }

  write(name: string, bytes: Uint8Array): void {
    this.project.write(name, bytes);
  }

  declare(program: Program): void {
    this.project.declare(configurationOf(program));
  }

  async look(): Promise<void> {
    // Every plan looks.
  }

  async plan(): Promise<Plan> {
    const { code, output } = await this.project.plan();
    if (code !== 0) return { refused: output };
    const planned = await this.project.planned();
    const changes = planned.map((one) => [one.name, changeOf(one)] as const);
    const real = changes.filter(([, { action }]) => action !== 'none');
    return { changes: new Map(real), text: output };
  }

  unfinished(): Promise<string | null> {
    return this.project.unfinished();
  }

  async apply(): Promise<void> {
    succeeded(await this.project.applyPlan());
  }

  async ids(): Promise<ReadonlyMap<string, string>> {
    // Read from the file: a tool would start the provider for it, and scenarios ask often.
    const state = stateShape.parse(JSON.parse(this.project.stateText()));
    const things = state.resources.flatMap(({ name, instances }) => {
      return instances.map(({ attributes }) => [name, attributes.id] as const);
    });
    return new Map(things);
  }

  async takeOver(
    program: Program,
    ids: ReadonlyMap<string, string>,
  ): Promise<ReadonlyMap<string, Change>> {
    for (const name of ['terraform.tfstate', 'terraform.tfstate.backup']) {
      rmSync(join(this.project.folder, name), { force: true });
    }
    const configuration = configurationOf(program);
    const blocks = Object.entries(program).map(([label, { noun }]) => {
      return { to: `${typeName(noun)}.${label}`, id: ids.get(label) };
    });
    this.project.declare({ ...configuration, import: blocks });
    succeeded(await this.project.plan());
    const planned = await this.project.planned();
    const strangers = planned.filter(({ isImport }) => !isImport);
    if (strangers.length > 0) throw new Error(`not imported: ${JSON.stringify(strangers)}`);
    await this.apply();
    this.project.declare(configuration);
    const changes = planned.map((one) => [one.name, changeOf(one)] as const);
    return new Map(changes.filter(([, { action }]) => action !== 'none'));
  }

  async destroy(): Promise<void> {
    succeeded(await this.project.destroy());
    await this.project.expectQuiet();
  }

  dispose(): Promise<void> {
    return this.project.dispose();
  }
}

/** A program in the JSON form of the language. */
export function configurationOf(program: Program): Configuration {
  const resource: Record<string, Record<string, unknown>> = {};
  for (const [label, thing] of Object.entries(program)) {
    const things = (resource[typeName(thing.noun)] ??= {});
    things[label] = blockOf(program, thing);
  }
  return Object.keys(resource).length > 0 ? { resource } : {};
}

/** The type under which Terraform knows a noun. */
export function typeName(noun: string): string {
  return `cinderkit_${noun.replaceAll('-', '_')}`;
}

/** A field's name as Terraform's users write it. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function blockOf(program: Program, { inputs, after }: Thing): Record<string, unknown> {
  const address = (label: string): string => `${typeName(program[label]?.noun ?? '')}.${label}`;
  const attributes = Object.entries(inputs).map(([name, value]) => {
    if (isReference(value)) {
      return [snakeCase(name), `\${${address(value.from)}.${snakeCase(value.field)}}`] as const;
    }
    return [snakeCase(name), name === 'timeouts' ? timeoutsOf(value) : value] as const;
  });
  return {
    ...Object.fromEntries(attributes),
    ...(after ? { depends_on: after.map(address) } : {}),
  };
}

function timeoutsOf(value: unknown): Record<string, string> {
  const bounds = Object.entries(Object(value) as Record<string, unknown>);
  return Object.fromEntries(
    bounds.map(([name, minutes]) => [name.replace('Minutes', ''), `${String(minutes)}m`]),
  );
}

function changeOf(planned: PlannedChange): Change {
  const action = actionOf(planned.actions);
  const model = modelOf(planned.type.replace('cinderkit_', '').replaceAll('_', '-'));
  const { before, after, afterUnknown } = planned;
  const isUnknown = (name: string): boolean => isSet(afterUnknown[snakeCase(name)]);
  const fields = model.inputs
    .map(({ name }) => name)
    .filter((name) => {
      const key = snakeCase(name);
      return isUnknown(name) || !isSameValue(before?.[key], after?.[key]);
    });
  const strays = model.outputs.filter(({ name, follows }) => {
    return isUnknown(name) && !follows.some((field) => fields.includes(field));
  });
  if (action !== 'update') return { action, fields: [], strayUnknowns: [] };
  return { action, fields: fields.sort(), strayUnknowns: strays.map(({ name }) => name) };
}

/** Whether any part of a value is marked as unknown. */
function isSet(mark: unknown): boolean {
  if (typeof mark !== 'object' || mark === null) return mark === true;
  return Object.values(mark).some(isSet);
}

function actionOf(actions: readonly string[]): Action {
  if (actions.length > 1) return 'replace';
  const [action = ''] = actions;
  if (action === 'create' || action === 'update' || action === 'delete') return action;
  if (action === 'no-op') return 'none';
  throw new Error(`a plan with the action ${action}`);
}

function succeeded({ code, output }: Outcome): void {
  if (code !== 0) throw new Error(`it ended with ${code}:\n${output}`);
}
