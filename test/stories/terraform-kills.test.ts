// Kills at random moments, of everything that can be killed, over a project with things of every
// noun: whatever the moment, the next apply has each thing once, and destroy leaves nothing. The
// seed is in the title; CINDERKIT_SEED=N plays a run again.
import { EngineProcess } from '../support/engine-process';
import { PlainCaller } from '../support/plain-caller';
import { endNow } from '../support/processes';
import { everything, removeEverything, seen } from '../support/scenario-cloud';
import { pointingAt } from '../support/scenario-runner';
import { TerraformProject, ended } from '../support/terraform-project';
import type { Configuration } from '../support/terraform-project';
import { describeWithTools } from '../support/terraform-tools';

const timeoutMs = 150_000;
const rounds = 3;
const seed = Number(process.env['CINDERKIT_SEED'] ?? Date.now() % 1_000_000);

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const thingCount = 2 + 10 + 4 + 3 + 2 + 2 + 4;
const project: Configuration = {
  resource: {
    cinderkit_volume_type: { tier: { count: 2, name: 'tier-${count.index}' } },
    cinderkit_volume: {
      data: {
        count: 10,
        name: 'data',
        size_gib: 1,
        volume_type: '${cinderkit_volume_type.tier[count.index % 2].name}',
      },
      copy: { count: 4, snapshot_id: '${cinderkit_snapshot.shot[count.index].id}' },
    },
    cinderkit_snapshot: {
      shot: { count: 4, volume_id: '${cinderkit_volume.data[count.index].id}' },
    },
    cinderkit_backup: {
      saved: { count: 3, volume_id: '${cinderkit_volume.data[count.index].id}' },
    },
    cinderkit_image: {
      file: { count: 2, name: 'file', file_path: 'disk.img' },
      made: { count: 2, name: 'made', volume_id: '${cinderkit_volume.data[count.index].id}' },
    },
  },
};

describeWithTools(`kills at random moments, seed ${seed}`, (tool) => {
  const random = randomFrom(seed);
  let engine: EngineProcess;
  let cloud: PlainCaller;
  let terraform: TerraformProject;

  beforeAll(async () => {
    engine = await EngineProcess.start();
    cloud = await PlainCaller.login(engine.dataFolder, 'cinderkit');
    const unbounded = { volumes: -1, gigabytes: -1, snapshots: -1, backups: -1 };
    const path = `/os-quota-sets/${cloud.projectId}`;
    expect((await cloud.volume('PUT', path, { quota_set: unbounded })).status).toBe(200);
    terraform = new TerraformProject(tool, { env: pointingAt(engine) });
    terraform.write('disk.img', Buffer.alloc(1024 * 1024, 'disk'));
    terraform.declare(project);
    await terraform.init();
  }, timeoutMs);
  afterEach(() => removeEverything(cloud), timeoutMs);
  afterAll(async () => {
    await terraform.dispose();
    await engine.dispose();
  });

  const kills: Readonly<Record<string, (pid: number) => void>> = {
    'the tool': endNow,
    'the provider': () => terraform.providers().forEach(endNow),
    'an impatient user': (pid) => {
      process.kill(-pid, 'SIGINT');
      process.kill(-pid, 'SIGINT');
    },
    'a user': (pid) => process.kill(-pid, 'SIGINT'),
    'the system': (pid) => process.kill(pid, 'SIGTERM'),
  };

  /** Starts a command, and ends it by one of the kills when it is some way on. */
  const cutOff = async (command: 'apply' | 'destroy'): Promise<string> => {
    const child = terraform.spawn([command, '-auto-approve', '-no-color', '-parallelism=5']);
    const outcome = ended(child);
    const [name, kill] = Object.entries(kills)[Math.floor(random() * 5)] ?? ['', endNow];
    const moment = new Promise((resolve) => setTimeout(resolve, 400 + random() * 2500));
    await Promise.race([moment, outcome]);
    if (child.exitCode === null) kill(child.pid ?? 0);
    const { output } = await outcome;
    expect(output).not.toMatch(/\n[\s│]+at .+:\d+:\d+/);
    return name;
  };

  const expectWhole = async (cut: readonly string[]): Promise<void> => {
    const there = await everything(cloud);
    expect([cut, there.length]).toEqual([cut, thingCount]);
    const known = (await terraform.objects()).map(({ values }) => values['id']);
    expect(known.sort()).toEqual(there.map(({ id }) => id).sort());
    for (const { noun, id } of there) {
      const live = (await seen(cloud, noun, id)) ?? {};
      expect(JSON.stringify(live)).not.toMatch(/cinderkit.marker/);
      expect(live['status'] ?? 'available').toMatch(/^(available|active)$/);
    }
  };

  it.each(Array.from({ length: rounds }, (_, at) => at + 1))(
    'round %i ends with each thing once, and then with none',
    async () => {
      const cut: string[] = [];
      while (cut.length < 2) cut.push(await cutOff('apply'));
      const applied = await terraform.apply();
      expect([cut, applied.code === 0 ? '' : applied.output.slice(-3000)]).toEqual([cut, '']);
      expect(await terraform.unfinished()).toBeNull();
      await expectWhole(cut);
      cut.push(await cutOff('destroy'));
      const destroyed = await terraform.destroy();
      expect([cut, destroyed.code, destroyed.output]).toEqual([cut, 0, destroyed.output]);
      expect(await everything(cloud)).toEqual([]);
      expect(terraform.providers()).toEqual([]);
    },
    timeoutMs,
  );
});
