// What the constructs synthesise, before the real terraform with the real provider: it is valid,
// for both libraries. And a law: every noun has its constructs in both.
import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../../schema/catalogue';
import { projectRoot } from '../support/source-tree';
import { TerraformProject } from '../support/terraform-project';
import { describeWithTools } from '../support/terraform-tools';
import type { Kit } from './construct-kits';
import type * as kitsModule from './construct-kits';

/** The kits, loaded anew: the libraries read the name of the binary when they are loaded. */
function kitsFor(program: string): readonly (readonly [string, Kit])[] {
  process.env['TERRAFORM_BINARY_NAME'] = program;
  let found: typeof kitsModule.kits = [];
  jest.isolateModules(() => {
    // Loaded here and not above, for the reason said.
    found = (require('./construct-kits') as typeof kitsModule).kits;
  });
  delete process.env['TERRAFORM_BINARY_NAME'];
  return found;
}

describeWithTools('what the constructs synthesise is valid', (tool) => {
  let project: TerraformProject;
  const before = { ...process.env };

  beforeAll(() => {
    project = new TerraformProject(tool);
    Object.assign(process.env, project.env);
  });
  afterAll(async () => {
    for (const name of Object.keys(project.env)) delete process.env[name];
    Object.assign(process.env, before);
    await project.dispose();
  });

  it.each(kitsFor(tool.program))('with %s', (_name, { library, constructs }) => {
    library.Testing.setupJest();
    const app = library.Testing.app({ outdir: join(project.home, 'out') });
    const stack = new library.TerraformStack(app, 'stack');
    new constructs.CinderkitProvider(stack, 'cinderkit', { engine: { folder: 'engine' } });
    const golden = new constructs.GoldenImage(stack, 'golden', {
      filePath: 'disk.raw',
      volumes: { web: { metadata: { role: 'web' } } },
    });
    const size = new library.TerraformVariable(stack, 'size', { type: 'number', default: 2 });
    new constructs.VolumeFleet(stack, 'fleet', {
      count: 3,
      imageId: golden.imageId,
      sizeGib: size.numberValue,
      spread: { volumeTypes: ['a', 'b'] },
    });
    new constructs.ProtectedVolume(stack, 'db', {
      sizeGib: 1,
      chain: [{ full: 'w1', increments: ['mon'] }, 'w2'],
      preventDestroy: true,
    });
    const { snapshotId } = { snapshotId: 'some-snapshot' };
    new constructs.BootVolume(stack, 'boot', { imageId: golden.imageId, sizeGib: 3 });
    new constructs.BootVolume(stack, 'again', { snapshotId, sizeGib: size.numberValue });
    new constructs.DataCinderkitVolumes(stack, 'all', { metadata: { role: 'web' } });
    const folder = library.Testing.fullSynth(stack);
    try {
      expect(folder).toBeValidTerraform();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe.each(['cdktf', 'cdktn'])('the generated constructs for %s', (flavour) => {
  const folder = join(projectRoot, 'components', flavour, 'generated');

  it('are there for every noun, as resource and as data source', () => {
    const made = globSync('*/index.ts', { cwd: folder }).map((file) => file.split('/')[0]);
    for (const { noun } of catalogue) {
      expect(made).toEqual(expect.arrayContaining([noun, `data-cinderkit-${noun}`]));
      expect(made).toContain(`data-cinderkit-${noun}s`);
    }
    const listed = readFileSync(join(folder, 'constructs.ts'), 'utf8');
    for (const name of made) expect(listed).toContain(`'./${name}/index'`);
  });

  it('have names that no two modules share', () => {
    const names = globSync('*/index.ts', { cwd: folder }).flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      return [...text.matchAll(/^export (?:class|interface|function) (\w+)/gm)].map(([, n]) => n);
    });
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});
