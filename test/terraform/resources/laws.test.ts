// The life of a resource under Terraform's own rules, for every noun of the catalogue and for toys
// with all that a noun may have, with random programs on a cloud in memory.
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { catalogue } from '../../../schema/catalogue';
import type { FieldModel, ResourceModel } from '../../../schema/kernel/describe';
import { describeResource } from '../../../schema/kernel/describe';
import { adapterOf } from '../../../provider/resources/adapters';
import type { Adapter } from '../../../provider/resources/adapter';
import { resourceMethods } from '../../../provider/terraform/resources/resource-methods';
import type { ResourceFace } from '../../../provider/terraform/schema/resource-face';
import { faceOf } from '../../../provider/terraform/schema/resource-face';
import type { TfObject } from '../../../provider/terraform/values/tf-value';
import { isUnknown } from '../../../provider/terraform/values/tf-value';
import { Refused, TerraformCore } from '../../support/terraform-core';
import { FakeCloud } from './fake-cloud';
import { blockFrom, inputsFor, partlyKnown } from './programs';
import { toyModels } from './toy-resources';

interface Stage {
  readonly cloud: FakeCloud;
  readonly core: TerraformCore;
  readonly face: ResourceFace;
  /** Another resource in another state, on the same cloud. */
  another(): TerraformCore;
}

type Inputs = Record<string, unknown>;

function stageOf(model: ResourceModel, more: Partial<Adapter>, untold: string[] = []): Stage {
  const cloud = new FakeCloud(model, more, untold);
  const face = faceOf(cloud.adapter);
  const another = () => new TerraformCore(face, resourceMethods(face, cloud.life()));
  return { cloud, face, core: another(), another };
}

/** Runs `act`; a program that is refused is nothing to go on with. */
async function unlessRefused(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof Refused) fc.pre(false);
    throw error;
  }
}

const nouns = catalogue.map((resource) => {
  const { defaults } = adapterOf(resource.noun);
  return [resource.noun, describeResource(resource), defaults ? { defaults } : {}] as const;
});
const toys = toyModels.map((model) => [model.noun, model, {}] as const);

describe.each([...nouns, ...toys])('%s', (_noun, whole, more) => {
  const { model } = faceOf(new FakeCloud(whole, more).adapter);
  const inputs = inputsFor(model);
  const hidden = fc.subarray(faceOf(new FakeCloud(whole).adapter).attributes.map((a) => a.name));

  /** A program is applied, looked at and applied again: there is nothing more to do. */
  async function settles(stage: Stage, block: TfObject): Promise<void> {
    expect((await stage.core.plan(block)).action).toBe('none');
    await stage.core.refresh();
    expect((await stage.core.plan(block)).action).toBe('none');
  }

  test('a change is made as planned, whatever is unknown before; nothing is left', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, inputs, hidden, async (first, second, unknown) => {
        const stage = stageOf(whole, more);
        for (const program of [first, second]) {
          const block = blockFrom(stage.face, program);
          const isNew = stage.core.held === null;
          const before = stage.core.held?.value ?? {};
          await unlessRefused(async () => {
            const change = await stage.core.plan(partlyKnown(block, unknown));
            expect(await stage.core.plan(partlyKnown(block, unknown))).toEqual(change);
            expect(await stage.core.apply(change, block)).toEqual([]);
            if (change.action === 'update') expectKeptOutputs(stage.face, before, change.planned);
          });
          expect(stage.cloud.only.marker).toBeNull();
          expect(isNew || stage.core.held !== null).toBe(true);
          await settles(stage, block);
        }
        expect(await stage.core.converge(null)).toBe('delete');
        expect(stage.cloud.things.size).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('what is left out of a program that wrote little is no change', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, async (program) => {
        const stage = stageOf(whole, more);
        const needed = model.inputs.filter(({ presence }) => presence === 'required');
        const least = Object.fromEntries(needed.map(({ name }) => [name, program[name]]));
        const source = model.oneOf.map((names) => names.find((name) => name in program) ?? '');
        for (const name of source) least[name] = program[name];
        await unlessRefused(() => stage.core.converge(blockFrom(stage.face, least)));
        // Somebody else sets what the program does not speak of.
        const chosen = model.inputs.filter((field) => {
          return field.home === 'service' && field.presence !== 'required' && !field.secret;
        });
        const defaults = await defaultsOf(stage, least);
        for (const { name } of chosen) {
          if (name in least || name in defaults || program[name] === undefined) continue;
          stage.cloud.only.inputs[name] = program[name];
        }
        await stage.core.refresh();
        expect((await stage.core.plan(blockFrom(stage.face, least))).action).toBe('none');
      }),
      { numRuns: 30 },
    );
  });

  test('what is imported and said as it is needs no change', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, async (program) => {
        const stage = stageOf(whole, more);
        await unlessRefused(() => stage.core.converge(blockFrom(stage.face, program)));
        const [id] = [...stage.cloud.things.keys()];
        const core = stage.another();
        await core.import(id ?? '');
        const told = toldBy(model, program);
        const change = await core.plan(
          blockFrom(stage.face, { ...told, ...sourceOf(model, program) }),
        );
        const isSourceUntold = Object.keys(sourceOf(model, program)).some(
          (name) => !(name in told),
        );
        expect(change.action).toBe(isSourceUntold ? 'update' : 'none');
        const same = { name: program['name'] };
        if (program['name'] === undefined) return;
        const named = stage.another();
        await named.import(`name=${String(same.name)}`);
        expect(named.value).toEqual(core.value);
      }),
      { numRuns: 30 },
    );
  });

  test('what others changed is shown and healed; what is gone is made anew', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, inputs, async (program, other) => {
        const stage = stageOf(whole, more);
        const block = blockFrom(stage.face, program);
        await unlessRefused(() => stage.core.converge(block));
        const mine = model.inputs.filter((field) => {
          return isTold(field) && field.name in program && field.change !== 'never';
        });
        for (const { name, order } of mine) {
          if (order === null && other[name] !== undefined) {
            stage.cloud.only.inputs[name] = other[name];
          }
        }
        await stage.core.refresh();
        await stage.core.converge(block);
        for (const { name, ownKeysOnly } of mine) {
          const live = stage.cloud.only.inputs[name];
          if (ownKeysOnly) expect(live).toMatchObject(program[name] as object);
          else expect(sorted(live)).toEqual(sorted(program[name]));
        }
        await settles(stage, block);
        stage.cloud.things.clear();
        await stage.core.refresh();
        expect(stage.core.held).toBeNull();
        expect((await stage.core.plan(block)).action).toBe('create');
      }),
      { numRuns: 30 },
    );
  });

  test('what is wrong is never a crash: refusals name attributes that exist', async () => {
    const odd = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const names = faceOf(new FakeCloud(whole).adapter).attributes.map(({ name }) => name);
    await fc.assert(
      fc.asyncProperty(
        inputs,
        fc.dictionary(fc.constantFrom(...names), odd),
        async (program, strange) => {
          const stage = stageOf(whole, more);
          const block: Record<string, unknown> = { ...blockFrom(stage.face, program) };
          for (const { name, type, computed, optional } of stage.face.attributes) {
            const isFit = typeof strange[name] === (type === 'bool' ? 'boolean' : type);
            if (isFit && (optional || !computed)) block[name] = strange[name];
          }
          try {
            await stage.core.plan(block as TfObject);
          } catch (error) {
            if (!(error instanceof Refused)) throw error;
            const told = error.diagnostics.map(
              (one) => one.attribute?.steps[0]?.attributeName ?? '',
            );
            const hasSecret = stage.face.attributes.some(({ writeOnly }) => writeOnly);
            const places = [...names, 'timeouts', ...(hasSecret ? [''] : [])];
            expect(places).toEqual(expect.arrayContaining(told));
            expect(new Set(error.diagnostics.map((one) => JSON.stringify(one))).size).toBe(
              told.length,
            );
            const unquoted = error.message.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
            expect(unquoted).not.toMatch(/\b[a-z]+[A-Z][a-z]+\b/);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

/** No output is unknown that the change cannot alter. */
function expectKeptOutputs(face: ResourceFace, before: TfObject, planned: TfObject | null): void {
  const changed = face.attributes
    .filter(({ computed, optional }) => optional || !computed)
    .filter(({ name }) => !isDeepStrictEqual(planned?.[name], before[name]))
    .map(({ field }) => field.name);
  for (const { name, computed, optional, field } of face.attributes) {
    if (!computed || optional || field.follows.some((input) => changed.includes(input))) continue;
    expect([name, isUnknown(planned?.[name])]).toEqual([name, false]);
  }
}

/** Whether the service tells of a field what it holds. */
function isTold({ home, secret }: FieldModel): boolean {
  return home === 'service' && !secret;
}

/** What a thing made by this program tells of itself. */
function toldBy(model: ResourceModel, program: Inputs): Inputs {
  const told = model.inputs.filter(isTold);
  const pairs = told.map(({ name }) => [name, program[name]] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

/** The inputs without which the block cannot be. */
function sourceOf(model: ResourceModel, program: Inputs): Inputs {
  const names = model.oneOf.flatMap((rule) => {
    const given = rule.filter((name) => name in program);
    const told = toldBy(model, program);
    return given.some((name) => name in told) ? [] : given;
  });
  return Object.fromEntries(names.map((name) => [name, program[name]]));
}

async function defaultsOf({ cloud }: Stage, news: Inputs): Promise<Inputs> {
  const found = await cloud.adapter.defaults?.({ news, olds: {}, isUnknown });
  return { ...found?.values };
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
    ? [...value].sort()
    : (value ?? null);
}
