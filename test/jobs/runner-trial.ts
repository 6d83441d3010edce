// What tests of the runner share: a world of their own for each test, runners that are stopped
// after it, and gates, so that tests wait for conditions and never for time.
import type { JobRunner } from '../../bundled-engine/jobs/runner';
import { operation, step } from '../../bundled-engine/jobs/steps';
import type { AnyOperation, StepContext } from '../../bundled-engine/jobs/steps';
import { toyWorld } from './toy-operation';
import type { ToyWorld } from './toy-operation';

/** The world of the test at work, and runners in it. */
export interface RunnerTrial {
  world(): ToyWorld;
  runnerOf(
    operations: readonly AnyOperation[],
    options?: Parameters<ToyWorld['runner']>[0],
  ): JobRunner;
}

/** Gives each test of the file a world and takes it away again, with every runner stopped. */
export function useRunners(): RunnerTrial {
  let world: ToyWorld;
  const runners: JobRunner[] = [];
  beforeEach(async () => {
    world = await toyWorld();
  });
  afterEach(async () => {
    for (const runner of runners.splice(0)) await runner.stop();
    await world.close();
  });
  return {
    world: () => world,
    runnerOf: (operations, options = {}) => {
      const runner = world.runner(options);
      for (const each of operations) runner.define(each);
      runners.push(runner);
      return runner;
    },
  };
}

/** A gate that is shut until it is opened. */
export function gate(): { wait: () => Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { wait: () => opened, open };
}

/** An operation of one step without an undo. */
export function single(name: string, act: (context: StepContext) => Promise<void>): AnyOperation {
  return operation(name, { steps: [step('act', act)] });
}
