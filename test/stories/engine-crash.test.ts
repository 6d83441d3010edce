// kill -9 of a real engine in each operation, before and after the effect of each of its steps.
// Laws: started again, it brings the operation to its end; nothing is stuck, lost or left over;
// quotas count what is there; tokens still serve. The client has a word of the engine or none: the
// deed is the same.
import { setTimeout as pause } from 'node:timers/promises';
import { allOperations } from '../../bundled-engine/operations/all-operations';
import type { DeadlyMoment } from '../support/mortal-engine';
import { notRun } from '../support/not-run';
import { toolMissing } from '../support/tools';
import { crashCases } from './crash-cases';
import type { CrashCase } from './crash-cases';
import { CrashLane } from './crash-lane';
import type { DriverKind } from './crash-lane';

const drivers: readonly DriverKind[] = ['raw-file', 'qcow2'];
const missing = toolMissing('qemu-img') ?? toolMissing('qemu-nbd');
const midWorkKills = 4;
const lanes = new Map<DriverKind, CrashLane>();

async function laneOf(driver: DriverKind): Promise<CrashLane> {
  const lane = lanes.get(driver) ?? (await CrashLane.open(driver));
  lanes.set(driver, lane);
  return lane;
}

/** Whatever a failed test leaves must not be the next one's beginning. */
async function abandon(driver: DriverKind): Promise<void> {
  const lane = lanes.get(driver);
  lanes.delete(driver);
  await lane?.dispose();
}

function momentsOf(operation: string): DeadlyMoment[] {
  const steps = allOperations.find(({ name }) => name === operation)?.steps ?? [];
  const moments = [
    ...steps.map(({ name }) => ({ operation, step: name, phase: 'do' as const })),
    { operation, step: operation, phase: 'done' as const },
  ];
  return moments.flatMap((moment) =>
    (['before', 'after'] as const).map((edge) => ({ ...moment, edge })),
  );
}

async function survives(driver: DriverKind, told: CrashCase, moment: DeadlyMoment): Promise<void> {
  try {
    const lane = await laneOf(driver);
    const { start, expectDone } = await told.prepare(lane);
    await lane.settled();
    await lane.cutOff(moment, start);
    await lane.expectTidy();
    await expectDone();
    await lane.clean();
  } catch (error) {
    await abandon(driver);
    throw new Error(`with ${driver}: ${String(error)}`, { cause: error });
  }
}

/** Much at once, and the end in its middle: inside of steps too, where no case cuts. */
async function survivesInMidWork(driver: DriverKind, seed: number): Promise<void> {
  try {
    const lane = await laneOf(driver);
    const { imageId } = lane.first;
    const kept = await lane.volume({ imageRef: imageId });
    const [growing, moving] = [await lane.volume(), await lane.volume({ imageRef: imageId })];
    const asked: readonly (readonly [string, object])[] = [
      ['/volumes', { volume: { size: 1, imageRef: imageId } }],
      ['/volumes', { volume: { source_volid: kept, volume_type: 'other', size: 1 } }],
      ['/snapshots', { snapshot: { volume_id: kept, force: true } }],
      ['/backups', { backup: { volume_id: kept } }],
      [`/volumes/${growing}/action`, { 'os-extend': { new_size: 2 } }],
      [
        `/volumes/${moving}/action`,
        { 'os-retype': { new_type: 'other', migration_policy: 'on-demand' } },
      ],
    ];
    const work = Promise.allSettled(
      asked.map(([path, body]) => lane.member.volume('POST', path, body)),
    );
    // The moment of the kill is what is random here; there is no condition to wait for.
    await pause((seed * 37) % 251);
    await lane.engine.kill();
    await work;
    await lane.engine.start();
    await lane.expectTidy();
    for (const noun of ['volumes', 'snapshots', 'backups']) {
      const things = (await lane.ask(200, 'GET', `/${noun}/detail`))[noun] as { status: string }[];
      expect(things.filter(({ status }) => status !== 'available')).toEqual([]);
    }
    for (const id of [kept, moving]) lane.expectDisk('volumes', id, lane.first);
    await lane.clean();
  } catch (error) {
    await abandon(driver);
    throw new Error(`with ${driver}, seed ${seed}: ${String(error)}`, { cause: error });
  }
}

/** Runs it for both drivers side by side, which have nothing to do with each other, to the end. */
async function expectOfBoth(work: (driver: DriverKind) => Promise<void>): Promise<void> {
  const ends = await Promise.allSettled(drivers.map(work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Killed at each of their steps in the operation laws, in one process, and not here as well. */
const killedInTheLaws = [
  'import-backup',
  'create-group',
  'create-group-from-source',
  'delete-group',
  'create-group-snapshot',
  'delete-group-snapshot',
  'migrate-volume',
  'revert-volume',
  'reimage-volume',
  'manage-volume',
  'unmanage-volume',
  'manage-snapshot',
  'unmanage-snapshot',
];

it('has a case for every operation that the laws do not kill alone', () => {
  const told = new Set([...crashCases.map(({ operation }) => operation), ...killedInTheLaws]);
  expect(allOperations.map(({ name }) => name).filter((name) => !told.has(name))).toEqual([]);
});

if (missing !== null) notRun('an engine killed in each operation', missing);
else {
  afterAll(() => Promise.all(drivers.map(abandon)));

  describe.each(crashCases.map((told) => [told.operation, told.title, told] as const))(
    '%s %s',
    (_operation, _title, told) => {
      const moments = momentsOf(told.operation).map(
        (moment) => [moment.edge, moment.step, moment] as const,
      );
      it.each(moments)('survives the end of the engine %s %s', async (_edge, _step, moment) => {
        await expectOfBoth((driver) => survives(driver, told, moment));
      });
    },
  );

  it('survives its end at any moment of much work at once', async () => {
    const first = Date.now() % 1_000_000;
    process.stdout.write(`killing engines in mid-work: seeds from ${first}\n`);
    for (let seed = first; seed < first + midWorkKills; seed += 1) {
      await expectOfBoth((driver) => survivesInMidWork(driver, seed));
    }
  });
}
