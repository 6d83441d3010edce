// Random stories: writes, zeroes, snapshots, clones, growth, reverts, checkpoints and removals in
// any order, beside a model in memory. After each story every byte is compared and nothing is left.
import fc from 'fast-check';
import type { Driver } from '../../bundled-engine/drivers/driver';
import { gibBytes } from '../../bundled-engine/drivers/sizes';
import { expectCovers } from './driver-checkpoints';
import {
  expectBytes,
  ModelVolume,
  newId,
  patterned,
  withReader,
  writeBoth,
  type DriverHarness,
  filesBelow,
  type UnderTest,
} from './driver-pool';

interface Story {
  driver: Driver;
  readonly reopen: () => Promise<Driver>;
  readonly volumes: Map<string, ModelVolume>;
  readonly snapshots: Map<string, ModelVolume>;
  readonly checkpoints: Map<string, { readonly of: string; readonly model: ModelVolume }>;
}

/** One step: its kind, and numbers from which it takes what it needs. */
interface Step {
  readonly kind: keyof typeof steps;
  readonly pick: number;
  readonly place: number;
  readonly lengthBytes: number;
}

// Few places, so that steps meet; some at block and cluster edges, one just before the end.
const places = [0, 4096, 65_536, 131_072 + 7, 300 * 1024 * 1024 - 100, gibBytes - 250_000];
const mostVolumes = 5;

function pickFrom<T>(items: Iterable<T>, pick: number): T | undefined {
  const all = [...items];
  return all[pick % Math.max(1, all.length)];
}

const offsetOf = (step: Step): number => places[step.place % places.length] ?? 0;

const steps = {
  async create(story: Story): Promise<void> {
    if (story.volumes.size >= mostVolumes) return;
    const id = newId();
    await story.driver.createBlank({ id, sizeGib: 1 });
    story.volumes.set(id, new ModelVolume(1));
  },
  async write(story: Story, step: Step): Promise<void> {
    const [id, model] = pickFrom(story.volumes, step.pick) ?? [];
    if (id === undefined || model === undefined) return;
    const bytes = patterned(step.lengthBytes, step.pick);
    await writeBoth(story.driver, { id, model }, [{ offset: offsetOf(step), bytes }]);
  },
  async zero(story: Story, step: Step): Promise<void> {
    const [id, model] = pickFrom(story.volumes, step.pick) ?? [];
    if (id === undefined || model === undefined) return;
    const writer = await story.driver.openWriter(id);
    await writer.zero(offsetOf(step), step.lengthBytes).finally(() => writer.close());
    model.zero(offsetOf(step), step.lengthBytes);
  },
  async grow(story: Story, step: Step): Promise<void> {
    const [id, model] = pickFrom(story.volumes, step.pick) ?? [];
    if (id === undefined || model === undefined) return;
    model.sizeGib += 1;
    await story.driver.grow(id, model.sizeGib);
  },
  async snapshot(story: Story, step: Step): Promise<void> {
    const [volume, model] = pickFrom(story.volumes, step.pick) ?? [];
    if (volume === undefined || model === undefined) return;
    const id = newId();
    await story.driver.createSnapshot(id, volume);
    story.snapshots.set(id, model.copy());
  },
  async clone(story: Story, step: Step): Promise<void> {
    const [source, model] = pickFrom(story.volumes, step.pick) ?? [];
    if (source === undefined || model === undefined) return;
    if (story.volumes.size >= mostVolumes) return;
    const volume = { id: newId(), sizeGib: model.sizeGib + (step.place % 2) };
    await story.driver.createFromVolume(volume, source);
    story.volumes.set(volume.id, model.copy(volume.sizeGib));
  },
  async cloneSnapshot(story: Story, step: Step): Promise<void> {
    const [source, model] = pickFrom(story.snapshots, step.pick) ?? [];
    if (source === undefined || model === undefined) return;
    if (story.volumes.size >= mostVolumes) return;
    const volume = { id: newId(), sizeGib: model.sizeGib + (step.place % 2) };
    await story.driver.createFromSnapshot(volume, source);
    story.volumes.set(volume.id, model.copy(volume.sizeGib));
  },
  async revert(story: Story, step: Step): Promise<void> {
    const volume = pickFrom(story.volumes, step.pick);
    const snapshot = pickFrom(story.snapshots, step.place);
    if (volume === undefined || snapshot === undefined || !story.driver.abilities.revert) return;
    await story.driver.revert(volume[0], snapshot[0]);
    const sizeGib = Math.max(volume[1].sizeGib, snapshot[1].sizeGib);
    story.volumes.set(volume[0], snapshot[1].copy(sizeGib));
  },
  async checkpoint(story: Story, step: Step): Promise<void> {
    const [volume, model] = pickFrom(story.volumes, step.pick) ?? [];
    if (volume === undefined || model === undefined || !story.driver.abilities.checkpoints) return;
    const id = newId();
    await story.driver.createCheckpoint(id, { volume });
    story.checkpoints.set(id, { of: volume, model: model.copy() });
  },
  async removeVolume(story: Story, step: Step): Promise<void> {
    const id = pickFrom(story.volumes.keys(), step.pick);
    if (id === undefined) return;
    await story.driver.remove(id);
    story.volumes.delete(id);
  },
  async removeSnapshot(story: Story, step: Step): Promise<void> {
    const id = pickFrom(story.snapshots.keys(), step.pick);
    if (id === undefined) return;
    await story.driver.removeSnapshot(id);
    story.snapshots.delete(id);
  },
  async removeCheckpoint(story: Story, step: Step): Promise<void> {
    const id = pickFrom(story.checkpoints.keys(), step.pick);
    if (id === undefined) return;
    await story.driver.removeCheckpoint(id);
    story.checkpoints.delete(id);
  },
  async reopen(story: Story): Promise<void> {
    await story.driver.close();
    story.driver = await story.reopen();
    expect(await story.driver.sweep()).toEqual({ removed: [] });
  },
};

const kinds = Object.keys(steps).filter((kind): kind is keyof typeof steps => kind in steps);
const anyStep: fc.Arbitrary<Step> = fc.record({
  // Writing and cloning are what builds something to break: they come more often.
  kind: fc.constantFrom(...kinds, 'write', 'write', 'clone', 'snapshot', 'checkpoint'),
  pick: fc.nat(50),
  place: fc.nat(places.length - 1),
  lengthBytes: fc.integer({ min: 1, max: 250_000 }),
});

/** Registers the random stories for the driver under test. */
export function describeStories(get: () => UnderTest, harness: DriverHarness): void {
  it('any story keeps every byte and leaves nothing when all is removed', async () => {
    const seed = Date.now() % 2 ** 31;
    const about = `seed ${seed}`;
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyStep, { minLength: 5, maxLength: harness.stories.steps, size: 'max' }),
          (story) => tell(get(), story),
        ),
        { seed, numRuns: harness.stories.runs, endOnFailure: true },
      );
    } finally {
      process.stdout.write(`driver stories of ${get().driver.kind}: ${about}\n`);
    }
  });
}

async function tell(now: UnderTest, script: readonly Step[]): Promise<void> {
  const before = await filesBelow(now.pool.folder);
  const story: Story = {
    driver: now.driver,
    reopen: () => now.pool.open(),
    volumes: new Map(),
    snapshots: new Map(),
    checkpoints: new Map(),
  };
  try {
    await steps.create(story);
    for (const step of script) await steps[step.kind](story, step);
    await compareAll(story);
  } finally {
    now.driver = story.driver;
    for (const id of story.volumes.keys()) await story.driver.remove(id);
    for (const id of story.snapshots.keys()) await story.driver.removeSnapshot(id);
    for (const id of story.checkpoints.keys()) await story.driver.removeCheckpoint(id);
  }
  expect(await filesBelow(now.pool.folder)).toEqual(before);
}

async function compareAll(story: Story): Promise<void> {
  const { driver } = story;
  for (const [volume, model] of story.volumes) await expectBytes(driver, { volume }, model);
  for (const [snapshot, model] of story.snapshots) await expectBytes(driver, { snapshot }, model);
  for (const [checkpoint, { of, model }] of story.checkpoints) {
    await expectBytes(driver, { checkpoint }, model);
    const now = story.volumes.get(of);
    if (now === undefined) continue;
    const changed = await withReader(driver, { volume: of }, (reader) =>
      reader.changedSince(checkpoint),
    );
    if (changed !== null) expectCovers(changed, now, model);
  }
}
