// The composed constructs with the libraries' own matchers, for CDKTF and CDKTN from one table:
// what they synthesise, what they refuse, how they are tagged, and how they are got around.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TerraformStack } from 'cdktf';
import { kits } from './construct-kits';

describe.each(kits)('for %s', (_name, { library, constructs }) => {
  const { Aspects, Fn, Testing, Token, TerraformIterator, TerraformVariable } = library;
  const { BootVolume, GoldenImage, ProtectedVolume, Tags, VolumeFleet } = constructs;
  const { Backup, DataCinderkitImage, DataCinderkitSnapshot, DataCinderkitVolume } = constructs;
  const { CinderkitProvider, Image, Volume } = constructs;

  let outdir: string;

  beforeAll(() => {
    outdir = mkdtempSync(join(tmpdir(), 'cinderkit-constructs-'));
    Testing.setupJest();
  });
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));

  const stackWith = (make: (stack: TerraformStack) => void): TerraformStack => {
    const stack = new library.TerraformStack(Testing.app({ outdir }), 'stack');
    new CinderkitProvider(stack, 'cinderkit');
    make(stack);
    return stack;
  };
  const synth = (make: (stack: TerraformStack) => void): string =>
    Testing.synth(stackWith(make), true);
  const resources = (json: string, type: string): Record<string, Record<string, unknown>> =>
    JSON.parse(json).resource?.[type] ?? {};
  const refusal = (make: (stack: TerraformStack) => void): string => {
    const stack = stackWith(make);
    expect(() => Testing.synth(stack)).not.toThrow();
    try {
      Testing.synth(stack, true);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return 'nothing was refused';
  };

  describe('VolumeFleet', () => {
    it('makes its volumes, named, tagged and spread', () => {
      const json = synth((stack) => {
        const zone = new TerraformVariable(stack, 'zone', { type: 'string' });
        const fleet = new VolumeFleet(stack, 'web', {
          count: 3,
          imageId: 'img',
          spread: { availabilityZones: [zone.stringValue, 'b'] },
          tags: { team: 'ops' },
          metadata: { role: 'web' },
        });
        expect(Object.keys(fleet.volumes)).toEqual(['1', '2', '3']);
        expect(fleet.volumeIds).toHaveLength(3);
      });
      expect(json).toHaveResourceWithProperties(Volume, {
        name: 'web-2',
        image_id: 'img',
        availability_zone: 'b',
        metadata: { composite: 'VolumeFleet', 'part-of': 'web', team: 'ops', role: 'web' },
      });
      expect(json).toHaveResourceWithProperties(Volume, {
        name: 'web-3',
        availability_zone: '${var.zone}',
      });
      expect(Object.keys(resources(json, 'cinderkit_volume'))).toHaveLength(3);
    });

    it('takes sizes and sources that terraform learns', () => {
      const json = synth((stack) => {
        const size = new TerraformVariable(stack, 'size', { type: 'number' });
        const golden = new GoldenImage(stack, 'g', { filePath: 'disk.raw' });
        const settings = { names: ['db'], sizeGib: size.numberValue, imageId: golden.imageId };
        new VolumeFleet(stack, 'web', settings);
      });
      expect(json).toHaveResourceWithProperties(Volume, {
        name: 'web-db',
        size_gib: '${var.size}',
        image_id: expect.stringMatching(/^\$\{cinderkit_image\.g_sealed_\w+\.id\}$/),
      });
    });

    it('refuses a number of volumes that is known later', () => {
      const text = refusal((stack) => {
        const count = new TerraformVariable(stack, 'n', { type: 'number' }).numberValue;
        new VolumeFleet(stack, 'web', { count, sizeGib: 1 });
      });
      expect(text).toContain('[stack/web] VolumeFleet web: count: is not known while');
    });

    it('refuses names and lists of places that are known later', () => {
      const text = refusal((stack) => {
        const list = new TerraformVariable(stack, 'l', { type: 'list(string)' }).listValue;
        const each = TerraformIterator.fromList(list);
        new VolumeFleet(stack, 'a', { names: list, sizeGib: 1 });
        new VolumeFleet(stack, 'b', { names: ['x', each.key], sizeGib: 1 });
        new VolumeFleet(stack, 'c', { count: 1, sizeGib: 1, spread: { volumeTypes: list } });
      });
      expect(text).toContain('VolumeFleet a: names: is not known');
      expect(text).toContain('VolumeFleet b: names[1]: is not known');
      expect(text).toContain('VolumeFleet c: spread.volumeTypes: is not known');
    });

    it('tells all problems at once', () => {
      const text = refusal((stack) => {
        new VolumeFleet(stack, 'bad', { count: -1, imageId: 'a', backupId: 'b', sizeGib: 0.5 });
      });
      expect(text).toContain('bad: backupId: imageId and backupId exclude each other');
      expect(text).toContain('bad: sizeGib: must be a whole number of GiB');
      expect(text).toContain('bad: count: must be a whole number from 0');
    });
  });

  describe('ProtectedVolume', () => {
    const chain = ['w45', { full: 'w46', increments: ['mon', 'tue'] }, 'w47'];

    it('backs up before it goes, and makes its chain one after the other', () => {
      const json = synth((stack) => {
        const props = { sizeGib: 2, chain, keep: 2, preventDestroy: true };
        const db = new ProtectedVolume(stack, 'db', props);
        expect(db.expired).toEqual(['w45']);
        expect(Object.keys(db.backups)).toEqual(['w46', 'w46-mon', 'w46-tue', 'w47']);
        expect(db.latestBackup).toBe(db.backups['w47']);
      });
      expect(json).toHaveResourceWithProperties(Volume, {
        name: 'db',
        on_delete: 'backup',
        lifecycle: { prevent_destroy: true },
      });
      const order = Object.values(resources(json, 'cinderkit_backup')).map((one) => [
        one['name'],
        one['incremental'] ?? false,
        String(one['depends_on'] ?? '').replace(/^cinderkit_backup\.db_|_[0-9A-F]+$/g, ''),
      ]);
      expect(order.sort()).toEqual([
        ['db-w46', false, ''],
        ['db-w46-mon', true, 'w46'],
        ['db-w46-tue', true, 'w46-mon'],
        ['db-w47', false, 'w46-tue'],
      ]);
      expect(json).toHaveResourceWithProperties(Backup, {
        metadata: { composite: 'ProtectedVolume', 'part-of': 'db', generation: 'w46' },
      });
    });

    it('warns where nothing protects it', () => {
      const stack = stackWith((scope) => {
        new ProtectedVolume(scope, 'bare', { sizeGib: 1, finalBackup: false });
        new ProtectedVolume(scope, 'fine', { sizeGib: 1 });
      });
      const notes = stack.node.findAll().flatMap(({ node }) => node.metadata);
      const warnings = notes.filter(({ type }) => type === '@cdktf/warn');
      expect(warnings.map(({ data }) => data)).toEqual([
        expect.stringContaining('nothing protects this volume'),
      ]);
    });

    it('refuses a chain that cannot be meant, or is known later', () => {
      const text = refusal((stack) => {
        const label = new TerraformVariable(stack, 'label', { type: 'string' }).stringValue;
        new ProtectedVolume(stack, 'a', { sizeGib: 1, chain: ['x', 'x'] });
        new ProtectedVolume(stack, 'b', { sizeGib: 1, chain: ['x', label] });
        new ProtectedVolume(stack, 'c', { sizeGib: 1, keep: 2 });
      });
      expect(text).toContain('ProtectedVolume a: chain[1].full: x is there already');
      expect(text).toContain('ProtectedVolume b: chain[1]: is not known');
      expect(text).toContain('ProtectedVolume c: keep: there is no chain');
    });
  });

  describe('GoldenImage', () => {
    it('makes image, seed, sealed image and volumes', () => {
      const json = synth((stack) => {
        new GoldenImage(stack, 'debian', {
          filePath: 'disk.qcow2',
          volumeType: 'fast',
          volumes: { web: {}, db: { sizeGib: 9, volumeType: 'big', metadata: { role: 'db' } } },
          properties: { os_distro: 'debian' },
          tags: { team: 'ops' },
        });
      });
      const properties = { composite: 'GoldenImage', team: 'ops', os_distro: 'debian' };
      const file = { name: 'debian-image', file_path: 'disk.qcow2' };
      expect(json).toHaveResourceWithProperties(Image, {
        ...file,
        properties: expect.objectContaining(properties),
      });
      expect(json).toHaveResourceWithProperties(Image, {
        name: 'debian-sealed',
        volume_backed: 'preferred',
        volume_id: expect.stringContaining('cinderkit_volume.debian_seed_'),
      });
      expect(json).toHaveResourceWithProperties(Volume, {
        name: 'debian-db',
        size_gib: 9,
        volume_type: 'big',
        image_id: expect.stringContaining('cinderkit_image.debian_sealed_'),
        metadata: expect.objectContaining({ team: 'ops', role: 'db' }),
      });
      expect(json).toHaveResourceWithProperties(Volume, {
        name: 'debian-web',
        volume_type: 'fast',
      });
    });

    it('seals nothing where that is said', () => {
      const json = synth((stack) => {
        const props = { filePath: 'disk.raw', volumeBacked: 'no', volumes: { one: {} } } as const;
        expect(new GoldenImage(stack, 'flat', props).sealed).toBeUndefined();
      });
      expect(Object.keys(resources(json, 'cinderkit_image'))).toHaveLength(1);
      expect(json).toHaveResourceWithProperties(Volume, {
        image_id: expect.stringContaining('cinderkit_image.flat_image_'),
      });
    });

    it('refuses a label that is one of its own parts', () => {
      const text = refusal((stack) => {
        new GoldenImage(stack, 'g', { filePath: '', volumes: { 'a b': { sizeGib: -1 } } });
      });
      expect(text).toContain('GoldenImage g: filePath: is empty');
      expect(text).toContain('GoldenImage g: volumes["a b"]: "a b" is no label');
    });
  });

  describe('BootVolume', () => {
    it('looks its image up, and checks before and after', () => {
      const json = synth((stack) => {
        new BootVolume(stack, 'boot', { imageId: 'img', sizeGib: 4 });
      });
      expect(json).toHaveDataSourceWithProperties(DataCinderkitImage, { id: 'img' });
      const [volume] = Object.values(resources(json, 'cinderkit_volume'));
      expect(volume).toMatchObject({ name: 'boot', image_id: 'img', size_gib: 4 });
      const { precondition, postcondition } = (volume ?? {})['lifecycle'] as {
        precondition: { condition: string }[];
        postcondition: { condition: string }[];
      };
      const image = 'data\\.cinderkit_image\\.boot_image_\\w+';
      expect(precondition.map(({ condition }) => condition)).toEqual([
        expect.stringMatching(new RegExp(`^\\$\\{\\(${image}\\.status == "active"\\)\\}$`)),
        expect.stringMatching(new RegExp(`^\\$\\{\\(4 >= max\\(1, .*${image}\\.min_disk_gib`)),
      ]);
      expect(postcondition.map(({ condition }) => condition)).toEqual([
        '${(self.bootable == true)}',
      ]);
    });

    it('starts from a snapshot too', () => {
      const json = synth((stack) => {
        new BootVolume(stack, 'boot', { snapshotId: 's' });
      });
      expect(json).toHaveDataSourceWithProperties(DataCinderkitSnapshot, { id: 's' });
      expect(json).toHaveResourceWithProperties(Volume, { snapshot_id: 's' });
    });

    it('refuses two sources and none', () => {
      const text = refusal((stack) => {
        new BootVolume(stack, 'two', { imageId: 'i', snapshotId: 's' });
        new BootVolume(stack, 'none', {});
      });
      expect(text).toContain('two: snapshotId: imageId and snapshotId exclude each other');
      expect(text).toContain('none: imageId: one of imageId, snapshotId is needed');
    });
  });

  describe('Tags', () => {
    it('reach everything below, and what is said nearest wins', () => {
      const json = synth((stack) => {
        Aspects.of(stack).add(new Tags({ team: 'all', env: 'test', 'part-of': 'stack' }));
        new VolumeFleet(stack, 'web', {
          names: ['one'],
          sizeGib: 1,
          tags: { team: 'web' },
          metadata: { env: 'own' },
        });
        new Image(stack, 'image', { filePath: 'x' });
        new constructs.VolumeType(stack, 'type', {});
        new DataCinderkitVolume(stack, 'seen', { id: 'x' });
      });
      expect(json).toHaveResourceWithProperties(Volume, {
        metadata: { composite: 'VolumeFleet', 'part-of': 'web', team: 'web', env: 'own' },
      });
      expect(json).toHaveResourceWithProperties(Image, {
        properties: { team: 'all', env: 'test', 'part-of': 'stack' },
      });
      const [type] = Object.values(resources(json, 'cinderkit_volume_type'));
      expect(type).toEqual({});
      const [seen] = Object.values(JSON.parse(json).data['cinderkit_volume']);
      expect(seen).toEqual({ id: 'x' });
    });

    it('are merged by terraform into a map that is known later', () => {
      const json = synth((stack) => {
        Aspects.of(stack).add(new Tags({ team: 'ops' }));
        const map = new TerraformVariable(stack, 'm', { type: 'map(string)' });
        new Volume(stack, 'v', { sizeGib: 1, metadata: Token.asStringMap(map.value) });
        new Volume(stack, 'w', { sizeGib: 1, metadata: { size: Fn.tostring(1) } });
      });
      expect(json).toHaveResourceWithProperties(Volume, {
        metadata: '${merge({"team" = "ops"}, var.m)}',
      });
      expect(json).toHaveResourceWithProperties(Volume, {
        metadata: { team: 'ops', size: '${tostring(1)}' },
      });
    });
  });

  it('every inner resource can be overridden', () => {
    const json = synth((stack) => {
      const fleet = new VolumeFleet(stack, 'web', { count: 1, sizeGib: 1 });
      fleet.volumes['1']?.addOverride('retype_policy', 'on-demand');
      fleet.volumes['1']?.overrideLogicalId('chosen');
      const golden = new GoldenImage(stack, 'g', { filePath: 'x' });
      golden.image.tags = ['by hand'];
    });
    expect(resources(json, 'cinderkit_volume')['chosen']).toMatchObject({
      retype_policy: 'on-demand',
    });
    expect(json).toHaveResourceWithProperties(Image, { tags: ['by hand'] });
  });
});
