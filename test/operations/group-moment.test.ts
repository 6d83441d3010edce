// The law of group snapshots: what was taken of several volumes is of one moment, or nothing was
// taken. Changes are made to happen between the first volume and the last.
import { atOneMoment } from '../../bundled-engine/operations/group-members';
import { updateVolume } from '../../bundled-engine/records/volumes';
import { volumeWithBytes } from './telling';
import { newWorld } from './world';
import type { World } from './world';

let world: World;
let ids: string[];

beforeEach(async () => {
  world = await newWorld();
  ids = [(await volumeWithBytes(world)).id, (await volumeWithBytes(world)).id];
});

afterEach(() => world.close());

/** Takes under changes that `disturb` makes in the midst of each try; tells what happened. */
async function taken(disturb: (count: number) => Promise<unknown>): Promise<string[]> {
  const log: string[] = [];
  let count = 0;
  await atOneMoment(world.parts, ids, {
    async take() {
      count += 1;
      log.push('take');
      await disturb(count);
    },
    drop: async () => void log.push('drop'),
  }).catch((error: unknown) => log.push(String(error)));
  return log;
}

const touch = (fields: { status?: string; attachStatus?: string }): Promise<boolean> =>
  updateVolume(world.database, ids[1] ?? '', fields);

it('takes once where nothing happens, after dropping what an earlier run left', async () => {
  expect(await taken(async () => undefined)).toEqual(['drop', 'take']);
});

it('takes anew where a volume is attached in between', async () => {
  const log = await taken(async (count) => {
    if (count === 1) await touch({ status: 'in-use', attachStatus: 'attached' });
  });
  expect(log).toEqual(['drop', 'take', 'drop', 'take']);
});

it('takes anew where a volume came back to the status that it had', async () => {
  const log = await taken(async (count) => {
    if (count > 1) return;
    await touch({ status: 'restoring-backup' });
    await touch({ status: 'available' });
  });
  expect(log).toEqual(['drop', 'take', 'drop', 'take']);
});

it('leaves nothing where a job writes, or where the volumes never rest', async () => {
  const restless = await taken(() => touch({ status: 'available' }));
  expect(restless.slice(-2)).toEqual(['drop', 'Fault: The storage is using it at the moment.']);
  expect(restless.filter((word) => word === 'take')).toHaveLength(5);
  await touch({ status: 'reverting' });
  const written = await taken(async () => undefined);
  expect(written).toEqual(['drop', 'drop', 'Fault: The storage is using it at the moment.']);
});
