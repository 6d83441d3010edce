// The table of scenarios. Invariant: every noun of the catalogue occurs in it, with every input
// that a user may write; scenario-law.test.ts proves that.
import { backupScenario } from './backup';
import { imageScenario } from './image';
import type { Scenario } from './scenario';
import { snapshotScenario } from './snapshot';
import { volumeScenario } from './volume';
import { volumeTypeScenario } from './volume-type';

/** Every scenario. */
export const scenarios: readonly Scenario[] = [
  volumeTypeScenario,
  volumeScenario,
  snapshotScenario,
  backupScenario,
  imageScenario,
];
