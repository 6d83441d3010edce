// The three shared laws over every operation, with real files below the drivers: it works; it
// works with every step run twice; failing or killing it anywhere leaves no debris and a truthful
// status.
import { mountFileSystem } from '../support/mounted-file-system';
import { notRun } from '../support/not-run';
import { describeOperation } from '../support/operation-laws';
import type { StepHooks } from '../../bundled-engine/jobs/step-hooks';
import type { AnyOperation } from '../../bundled-engine/jobs/steps';
import { allOperations } from '../../bundled-engine/operations/all-operations';
import { stories } from './stories';
import type { Story } from './telling';
import { newWorld } from './world';

function operationOf(name: string): AnyOperation {
  const found = allOperations.find((operation) => operation.name === name);
  if (!found) throw new Error(`no operation ${name}`);
  return found;
}

function lawsOf(title: string, story: Story, below: () => string | undefined): void {
  describeOperation(title, {
    operation: operationOf(story.operation),
    async fresh(hooks: StepHooks) {
      const world = await newWorld({ kinds: ["qcow2", "raw-file"] });
      try {
        const told = await story.prepare(world);
        await world.idle();
        const runner = world.newRunner(hooks);
        return {
          database: world.database,
          runner,
          async start() {
            await told.start();
            const [row] = await world.database.rows(
              'SELECT "id" FROM "jobs" WHERE "operation" = ? ORDER BY "seq" DESC LIMIT 1',
              [story.operation],
            );
            return String(row?.id);
          },
          restart: async (again: StepHooks) => world.newRunner(again),
          async expectDone() {
            await world.expectTidy();
            await told.expectDone();
          },
          async expectFailedClean() {
            await world.expectTidy();
            await told.expectFailed();
          },
          close: () => world.close(),
        };
      } catch (error) {
        await world.close();
        throw error;
      }
    },
  });
}

it('has a story for every operation', () => {
  const told = new Set(stories.map(({ operation }) => operation));
  expect(allOperations.map(({ name }) => name).filter((name) => !told.has(name))).toEqual([]);
});

const mounted = "skip";
const below = typeof mounted === 'string' ? undefined : mounted.folder;
if (typeof mounted === 'string') notRun('operations on a file system with reflinks', mounted);
else afterAll(() => mounted.unmount());

for (const story of stories) lawsOf(`${story.operation}: ${story.title}`, story, () => below);
