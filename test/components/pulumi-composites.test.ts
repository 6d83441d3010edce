// The component resources with Pulumi's own mocks in place of the engine: what they register, with
// which parents, names, aliases, tags and dependencies; and what they refuse.
import * as pulumi from '@pulumi/pulumi';
import {
  BootVolume,
  GoldenImage,
  ProtectedVolume,
  VolumeFleet,
} from '../../components/pulumi/entry';

type Registered = pulumi.runtime.MockResourceArgs;
const registered: Registered[] = [];
let told: Record<string, unknown> = {};

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        registered.push(args);
        const state = { status: 'available', bootable: true, ...args.inputs, ...told };
        return { id: args.id || `${args.name}-id`, state };
      },
      call: (args) => args.inputs,
    },
    'project',
    'stack',
  );
});
beforeEach(() => {
  registered.length = 0;
  told = {};
});

const settled = async <T>(value: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> =>
  new Promise((resolve) => {
    pulumi.output(value).apply((known) => resolve(known));
  });
const sent = (name: string): Record<string, unknown> => {
  const found = registered.filter((args) => args.name === name);
  expect([name, found.length]).toEqual([name, 1]);
  return found[0]?.inputs ?? {};
};
const urnOf = (resource: pulumi.Resource) => settled(resource.urn);
const refusal = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    if (pulumi.ResourceError.isInstance(error)) {
      expect(error.hideStack).toBe(true);
      return error.message;
    }
    throw error;
  }
  return 'nothing was refused';
};

describe('VolumeFleet', () => {
  it('makes its volumes below itself, named, tagged and spread', async () => {
    const fleet = new VolumeFleet('web', {
      count: 3,
      imageId: pulumi.output('img'),
      spread: { availabilityZones: ['a', 'b'] },
      volumeType: 'fast',
      tags: { team: pulumi.output('ops') },
      metadata: { role: 'web' },
    });
    expect(await settled(fleet.volumeIds)).toEqual(['web-1-id', 'web-2-id', 'web-3-id']);
    expect(sent('web-3')).toMatchObject({
      name: 'web-3',
      imageId: 'img',
      volumeType: 'fast',
      availabilityZone: 'a',
      metadata: { composite: 'VolumeFleet', 'part-of': 'web', team: 'ops', role: 'web' },
    });
    const first = fleet.volumes['1'];
    expect(first && (await urnOf(first))).toBe(
      'urn:pulumi:stack::project::cinderkit:components:VolumeFleet$' +
        'pulumi-nodejs:dynamic/cinderkit:Volume::web-1',
    );
  });

  it('keeps a name of its own for what it makes', async () => {
    const fleet = new VolumeFleet('fleet', { name: 'shop', names: ['db'], sizeGib: 1 });
    await settled(fleet.volumeIds);
    expect(sent('fleet-db')).toMatchObject({ name: 'shop-db', sizeGib: 1 });
  });

  it('takes tags that are known later as a whole', async () => {
    const tags = pulumi.output(Promise.resolve({ team: 'late' }));
    await settled(new VolumeFleet('late', { count: 1, sizeGib: 1, tags }).volumeIds);
    expect(sent('late-1')['metadata']).toMatchObject({ 'part-of': 'late', team: 'late' });
  });

  it('gives each part the options that transformations say', async () => {
    const transformations = [
      ({ name, props, opts }: pulumi.ResourceTransformationArgs) =>
        name === 'steered-2'
          ? { props: { ...props, description: 'second' }, opts: { ...opts, protect: true } }
          : undefined,
    ];
    const fleet = new VolumeFleet('steered', { count: 2, sizeGib: 1 }, { transformations });
    await settled(fleet.volumeIds);
    expect(sent('steered-1')['description']).toBeUndefined();
    expect(sent('steered-2')['description']).toBe('second');
  });

  it('refuses settings that cannot be meant, all at once, and makes nothing', () => {
    const text = refusal(() => new VolumeFleet('bad', { count: 1.5, sizeGib: 0 }));
    expect(text).toBe(
      'VolumeFleet bad: sizeGib: must be a whole number of GiB, 1 or more; found 0\n' +
        'VolumeFleet bad: count: must be a whole number from 0 to 10000; found 1.5',
    );
    expect(registered.filter(({ type }) => type.includes('dynamic'))).toEqual([]);
    // @ts-expect-error how many there are must be known while the program runs
    void ((): unknown => new VolumeFleet('x', { count: pulumi.output(3), sizeGib: 1 }));
  });

  it('refuses a count that is known later where no compiler is at hand', () => {
    const args = JSON.parse('{ "sizeGib": 1 }');
    args.count = pulumi.output(3);
    expect(refusal(() => new VolumeFleet('later', args))).toContain(
      'count: is not known while the program runs',
    );
  });
});

describe('ProtectedVolume', () => {
  const chain = ['w45', { full: 'w46', increments: ['mon', 'tue'] }, 'w47'];

  it('backs up before it goes, and makes its chain in order', async () => {
    const volume = new ProtectedVolume('db', { sizeGib: 2, chain, keep: 2, tags: { env: 'p' } });
    const ids = await settled(pulumi.all(Object.values(volume.backups).map(({ id }) => id)));
    expect(ids).toEqual(['db-w46-id', 'db-w46-mon-id', 'db-w46-tue-id', 'db-w47-id']);
    expect(volume.expired).toEqual(['w45']);
    expect(volume.latestBackup).toBe(volume.backups['w47']);
    expect(sent('db-volume')).toMatchObject({ name: 'db', sizeGib: 2, onDelete: 'backup' });
    expect(sent('db-w46')['incremental']).toBeUndefined();
    expect(sent('db-w46-mon')).toMatchObject({
      name: 'db-w46-mon',
      volumeId: 'db-volume-id',
      incremental: true,
      metadata: { composite: 'ProtectedVolume', env: 'p', generation: 'w46' },
    });
    const order = registered.map(({ name }) => name).filter((name) => name.startsWith('db-w'));
    expect(order).toEqual(['db-w46', 'db-w46-mon', 'db-w46-tue', 'db-w47']);
  });

  it('goes without a last backup where that is said', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    const plain = new ProtectedVolume('plain', { snapshotId: 's', finalBackup: false });
    await settled(plain.volumeId);
    expect(warn.mock.calls.join()).toContain('nothing protects this volume');
    warn.mockRestore();
    expect(sent('plain-volume')).toMatchObject({ snapshotId: 's', onDelete: 'delete' });
    expect(plain.latestBackup).toBeUndefined();
  });

  it('refuses a chain that cannot be meant', () => {
    const text = refusal(() => new ProtectedVolume('x', { sizeGib: 1, chain: ['a', 'a'] }));
    expect(text).toContain('ProtectedVolume x: chain[1].full: a is there already');
  });
});

describe('GoldenImage', () => {
  it('makes image, seed, sealed image and volumes', async () => {
    const golden = new GoldenImage('debian', {
      filePath: '/disk.qcow2',
      volumeType: 'fast',
      volumes: { web: {}, db: { sizeGib: 9, volumeType: 'big', metadata: { role: 'db' } } },
      tags: { team: 'ops' },
      properties: { os_distro: 'debian' },
    });
    expect(await settled(golden.imageId)).toBe('debian-sealed-id');
    await settled(pulumi.all(Object.values(golden.volumes).map(({ id }) => id)));
    expect(sent('debian-image')).toMatchObject({
      name: 'debian-image',
      filePath: '/disk.qcow2',
      properties: { composite: 'GoldenImage', team: 'ops', os_distro: 'debian' },
    });
    expect(sent('debian-seed')).toMatchObject({ imageId: 'debian-image-id', volumeType: 'fast' });
    expect(sent('debian-sealed')).toMatchObject({
      volumeId: 'debian-seed-id',
      volumeBacked: 'preferred',
    });
    expect(sent('debian-web')).toMatchObject({ imageId: 'debian-sealed-id', volumeType: 'fast' });
    expect(sent('debian-db')).toMatchObject({
      sizeGib: 9,
      volumeType: 'big',
      metadata: { team: 'ops', role: 'db' },
    });
  });

  it('makes volumes from the image of the file where nothing is to be sealed', async () => {
    const golden = new GoldenImage('flat', {
      filePath: 'disk.raw',
      volumeBacked: 'no',
      volumes: { one: {} },
    });
    expect(await settled(golden.imageId)).toBe('flat-image-id');
    await settled(golden.volumes['one']?.id);
    expect(sent('flat-one')['imageId']).toBe('flat-image-id');
    expect(golden.sealed).toBeUndefined();
  });

  it('refuses a label that is one of its own parts', () => {
    const volumes = { sealed: {} };
    expect(refusal(() => new GoldenImage('g', { filePath: 'x', volumes }))).toContain(
      'volumes["sealed"]: sealed is a part of every golden image',
    );
  });
});

describe('BootVolume', () => {
  it('looks its image up before it is made from it', async () => {
    told = { status: 'active', minDiskGib: 3, bootable: true };
    const boot = new BootVolume('boot', { imageId: 'img', sizeGib: 4 });
    expect(await settled(boot.volumeId)).toBe('boot-volume-id');
    expect(sent('boot-volume')).toMatchObject({ name: 'boot', imageId: 'img', sizeGib: 4 });
    expect(registered.find(({ name }) => name === 'boot-image')?.id).toBe('img');
    expect(boot.snapshot).toBeUndefined();
  });

  it('starts from a snapshot too', async () => {
    told = { sizeGib: 4, bootable: true };
    const boot = new BootVolume('snap', { snapshotId: 's1', sizeGib: 4 });
    expect(await settled(boot.volumeId)).toBe('snap-volume-id');
    expect(sent('snap-volume')).toMatchObject({ snapshotId: 's1' });
  });

  it('refuses two sources and none', () => {
    expect(refusal(() => new BootVolume('two', { imageId: 'i', snapshotId: 's' }))).toBe(
      'BootVolume two: snapshotId: imageId and snapshotId exclude each other; give one of them',
    );
    expect(refusal(() => new BootVolume('none', {}))).toContain('imageId: one of imageId');
  });
});
