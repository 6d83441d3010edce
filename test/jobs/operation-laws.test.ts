// The shared laws of operations hold for a toy, forwards and backwards; so the laws themselves
// work.
import { describeOperation } from '../support/operation-laws';
import type { OperationHarness } from '../support/operation-laws';
import { toyOperation, toyWorld } from './toy-operation';

function harnessOf(onRestart: 'resume' | 'undo'): OperationHarness {
  const operation = toyOperation(onRestart);
  return {
    operation,
    fresh: async (hooks) => {
      const world = await toyWorld();
      const runner = world.runner({ hooks });
      runner.define(operation);
      return {
        database: world.database,
        runner,
        start: () =>
          world.database.transaction((tx) =>
            runner.start(tx, { operation: 'toy', subject: 'toy/a', payload: { name: 'a' } }),
          ),
        restart: async (again) => {
          const next = world.runner({ hooks: again });
          next.define(operation);
          return next;
        },
        expectDone: async () => {
          expect(await world.files()).toEqual(['a', 'a.second']);
          expect(await world.outcome('a')).toBe('done');
        },
        expectFailedClean: async () => {
          expect(await world.files()).toEqual([]);
          expect(await world.outcome('a')).toBe('failed');
        },
        close: () => world.close(),
      };
    },
  };
}

describeOperation('toy that resumes', harnessOf('resume'));
describeOperation('toy that goes back after a crash', harnessOf('undo'));
