// kill -9 of a real engine in each operation, before and after the effect of each of its steps.
// Laws: started again, it brings the operation to its end; nothing is stuck, lost or left over;
// quotas count what is there; tokens still serve. The client has a word of the engine or none: the
// deed is the same.
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

it('has a case for every operation', () => {
  const told = new Set(crashCases.map(({ operation }) => operation));
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
        // Side by side, for the two have nothing to do with each other; both are heard to the end.
        const ends = await Promise.allSettled(
          drivers.map((driver) => survives(driver, told, moment)),
        );
        for (const end of ends) if (end.status === 'rejected') throw end.reason;
      });
    },
  );
}
