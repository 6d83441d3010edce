// What a killed run has made is found by the next one, and nothing else is taken for it.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Journal } from '../../../provider/terraform/resources/journal';
import { resourceMethods } from '../../../provider/terraform/resources/resource-methods';
import { removeFolder, tempFolder } from '../../support/temp-folder';
import { TerraformCore } from '../../support/terraform-core';
import type { ToyStage } from './toy-stage';
import { least, toyStage } from './toy-stage';

let project: string;
let folder: string;

beforeEach(async () => {
  project = await tempFolder();
  folder = join(project, 'made');
});

afterEach(() => removeFolder(project));

/** A run of Terraform: a provider process of its own, and a resource in an empty state. */
function run({ cloud, face }: ToyStage) {
  const journal = new Journal(folder);
  const methods = resourceMethods(face, { ...cloud.life(), journal });
  return { journal, resource: () => new TerraformCore(face, methods) };
}

test('what was made before the state was written is taken up by the next run', async () => {
  const stage = toyStage();
  await run(stage).resource().converge(least);
  const next = run(stage);
  const again = next.resource();
  await again.converge({ ...least, tags: ['t'] });
  expect([...stage.cloud.things.keys()]).toEqual(['id-1']);
  expect(again.value['tags']).toEqual(['t']);
  const twin = next.resource();
  await twin.converge(least);
  expect(twin.value['id']).toBe('id-2');
});

test('what a state holds is nobody else’s, nor what an orderly run has made', async () => {
  const stage = toyStage();
  const first = run(stage).resource();
  await first.converge(least);
  const next = run(stage);
  const kept = next.resource();
  kept.held = first.held;
  await kept.refresh();
  const other = next.resource();
  await other.converge(least);
  expect(other.value['id']).toBe('id-2');
  next.journal.settle();
  const third = run(stage).resource();
  await third.converge(least);
  expect(third.value['id']).toBe('id-3');
});

test('what is gone, or asked for otherwise, is made anew', async () => {
  const stage = toyStage();
  await run(stage).resource().converge(least);
  stage.cloud.things.clear();
  const again = run(stage).resource();
  await again.converge(least);
  expect(again.value['id']).toBe('id-2');
  const other = run(stage).resource();
  await other.converge({ ...least, from_a: 'a' });
  expect(other.value['id']).toBe('id-3');
});

test('what broke since is neither taken nor removed', async () => {
  const stage = toyStage();
  await run(stage).resource().converge(least);
  stage.cloud.only.status = 'error';
  const again = run(stage).resource();
  await again.converge(least);
  expect(again.value['id']).toBe('id-2');
  expect([...stage.cloud.things.keys()]).toEqual(['id-1', 'id-2']);
});

test('entries are files; a folder that cannot be written to is no failure', async () => {
  const journal = new Journal(folder);
  await journal.add('m', 'a/b');
  expect(await readdir(folder)).toEqual(['a%2Fb']);
  expect(await new Journal(folder).idsOf('m')).toEqual(['a/b']);
  await new Journal(folder).confirm('a/b');
  await new Journal(folder).confirm(null);
  expect(await readdir(folder)).toEqual([]);
  const nowhere = new Journal(join(__filename, 'made'));
  await nowhere.add('m', 'x');
  expect(await nowhere.idsOf('m')).toEqual(['x']);
  nowhere.settle();
});
