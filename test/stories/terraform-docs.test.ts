// What the documents of the Terraform provider show is true: every example of the reference is
// applied, left alone by a second plan and destroyed, and the guide is carried out from its first
// command to its last.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataSources } from '../../provider/terraform/data-sources/data-sources';
import { functionDefinitions } from '../../provider/terraform/functions/functions';
import { listResources } from '../../provider/terraform/list-resources/list-resources';
import { resourceFaces } from '../../provider/terraform/schema/resource-face';
import { isAtLeast } from '../../schema/kernel/lifecycle';
import { blocksOf } from '../support/document-blocks';
import { EngineProcess } from '../support/engine-process';
import { PlainCaller } from '../support/plain-caller';
import { notRun } from '../support/not-run';
import { exampleOf, programsIn, registryFolder } from '../support/registry-pages';
import { registryPage, registryPages } from '../support/registry-pages';
import type { PageKind } from '../support/registry-pages';
import { everything } from '../support/scenario-cloud';
import { pointingAt } from '../support/scenario-runner';
import { projectRoot } from '../support/source-tree';
import { TerraformGuide } from '../support/terraform-guide';
import { TerraformProject } from '../support/terraform-project';
import type { Outcome } from '../support/terraform-project';
import { describeWithEither, describeWithTools, terraformTools } from '../support/terraform-tools';
import type { TerraformTool } from '../support/terraform-tools';

const timeoutMs = 120_000;
const guide = 'docs/terraform.md';
const oneMib = 1024 * 1024;

const required = `terraform {
  required_providers {
    cinderkit = { source = "cinderkit/cinderkit" }
  }
}
`;

const pageName = (typeName: string): string => typeName.replace(/^cinderkit_/, '');
const namesOf = (things: readonly { readonly typeName: string }[]): string[] =>
  things.map(({ typeName }) => pageName(typeName));
const plurals = dataSources().filter(({ attributes }) =>
  attributes.some(({ name, computed }) => name === 'ids' && computed),
);

/** Whether a tool has `query`: OpenTofu has none. */
const knowsQuery = ({ name, program }: TerraformTool): boolean => {
  if (name !== 'terraform') return false;
  const { terraform_version: version } = JSON.parse(
    execFileSync(program, ['version', '-json'], { encoding: 'utf8', stdio: 'pipe' }),
  ) as { terraform_version: string };
  return isAtLeast(version, '1.14');
};

const textOf = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

/** What a command warns of or fails with, from the first such word on. */
const complaintsIn = ({ output }: Outcome): string =>
  /^[\s│╷]*(Warning|Error): .*/ms.exec(output)?.[0] ?? '';

/** Every page that there has to be, by its kind. */
const expected: Readonly<Record<PageKind, readonly string[]>> = {
  resources: namesOf(resourceFaces()),
  'data-sources': namesOf(dataSources()),
  functions: functionDefinitions.map(({ name }) => name),
  'list-resources': namesOf(listResources()),
};

/** Things whose example is written by hand: those of lists can be made up. */
const byHand = (kind: PageKind): readonly string[] => {
  const few = namesOf(plurals);
  if (kind === 'data-sources') return expected[kind].filter((name) => !few.includes(name));
  return kind === 'list-resources' ? [] : expected[kind];
};

describe('the reference pages', () => {
  const kinds = Object.keys(expected) as PageKind[];

  it.each(kinds)('of %s are there for everything that the provider has, and no more', (kind) => {
    const there = registryPages([kind]).map(({ path }) => path);
    const wanted = expected[kind].map((name) => `${kind}/${name}.md`);
    expect(there.filter((path) => path.startsWith(`${kind}/`))).toEqual([...wanted].sort());
  });

  it.each(kinds)('of %s have their examples; else the file to write is named here', (kind) => {
    const files = byHand(kind).map((name) => `${registryFolder}/examples/${kind}/${name}.tf`);
    expect(files.filter((file) => !existsSync(join(projectRoot, file)))).toEqual([]);
    const pages = expected[kind].map((name) => registryPage(`${kind}/${name}.md`));
    const bare = pages.filter((page) => page !== null && exampleOf(page) === null);
    expect(bare.map((page) => page?.path)).toEqual([]);
  });

  it('name every attribute of a resource, and say what another value does', () => {
    for (const { typeName, attributes, model } of resourceFaces()) {
      const text = registryPage(`resources/${pageName(typeName)}.md`)?.text ?? '';
      const untold = attributes.filter(({ name }) => !text.includes(`- \`${name}\` (`));
      expect([typeName, untold.map(({ name }) => name)]).toEqual([typeName, []]);
      const [, table = ''] = /## What a change does\n(.*?)^## /ms.exec(text) ?? [];
      const inputs = attributes.filter(({ field }) => model.inputs.includes(field));
      const unsaid = inputs.filter(({ name }) => !table.includes(`\`${name}\``));
      expect([typeName, unsaid.map(({ name }) => name)]).toEqual([typeName, []]);
    }
  });

  it('show lists with filters that there are', () => {
    for (const { typeName, schema } of listResources()) {
      const page = registryPage(`list-resources/${pageName(typeName)}.md`);
      const shown = (page && exampleOf(page)) ?? '';
      expect(shown).toContain(`list "${typeName}"`);
      const [, config = ''] = /config \{\n(.*?)\n {2}\}/s.exec(shown) ?? [];
      const filters = [...config.matchAll(/^ *(\w+) *=/gm)].map(([, name]) => name);
      const known = (schema.block?.attributes ?? []).map(({ name }) => name);
      expect(filters.filter((name) => !known.includes(name ?? ''))).toEqual([]);
    }
  });
});

describeWithEither('the examples of the reference', (tool) => {
  let engine: EngineProcess;
  let cloud: PlainCaller;

  beforeAll(async () => {
    engine = await EngineProcess.start();
    cloud = await PlainCaller.login(engine.dataFolder, 'cinderkit');
    const path = `/os-quota-sets/${cloud.projectId}`;
    const quota = { volumes: -1, gigabytes: -1, snapshots: -1, backups: -1 };
    expect((await cloud.volume('PUT', path, { quota_set: quota })).status).toBe(200);
  }, timeoutMs);
  afterAll(() => engine.dispose());

  it(
    'are applied, stay as they are, and go',
    async () => {
      const project = new TerraformProject(tool, { env: pointingAt(engine) });
      try {
        const pages = registryPages(['resources', 'data-sources', 'functions']);
        const examples = pages.filter(({ path }) => path.includes('/'));
        const module: Record<string, object> = {};
        for (const page of examples) {
          const name = page.path.replace(/\.md$/, '').replace('/', '-');
          project.write(`${name}/main.tf`, exampleOf(page) ?? '');
          project.write(`${name}/versions.tf`, required);
          module[name] = { source: `./${name}` };
        }
        expect(examples.length).toBeGreaterThan(20);
        project.write('disk.raw', Buffer.alloc(oneMib, 'disk'));
        project.declare({ module });
        await project.init();
        await project.must('validate', '-no-color');
        const applied = await project.apply('-parallelism=20');
        expect([applied.code, complaintsIn(applied)]).toEqual([0, '']);
        expect(await project.unfinished()).toBeNull();
        const destroyed = await project.destroy('-parallelism=20');
        expect([destroyed.code, complaintsIn(destroyed)]).toEqual([0, '']);
        // The last backup that on_delete asks for is meant to stay.
        expect(await everything(cloud)).toEqual([expect.objectContaining({ noun: 'backup' })]);
        await project.expectQuiet();
      } finally {
        await project.dispose();
      }
    },
    timeoutMs,
  );
});

describeWithEither('every program of the documents', (tool) => {
  let project: TerraformProject;
  const pages = [
    ...registryPages(['resources', 'data-sources', 'functions', 'list-resources']),
    ...[guide, 'README.md'].map((path) => ({ path, text: textOf(path) })),
  ];

  beforeAll(() => {
    project = new TerraformProject(tool, { provider: 'overrides' });
  });
  afterAll(() => project.dispose());

  it(
    'is written in the form that fmt gives it',
    async () => {
      const programs = pages.flatMap(({ path, text }) =>
        programsIn(text, path).map((program, at) => ({ path, at, program })),
      );
      expect(programs.length).toBeGreaterThan(40);
      for (const { path, at, program } of programs) {
        project.write(`fmt/${path.replace(/\W/g, '-')}-${at}.tf`, program);
      }
      const { code, output } = await project.run('fmt', '-check', '-diff', '-no-color', 'fmt');
      expect([code, output]).toEqual([0, '']);
    },
    timeoutMs,
  );

  it(
    'of the first pages is valid',
    async () => {
      const first = [`${registryFolder}/index.md`, 'README.md'];
      const programs = first.flatMap((path) => programsIn(textOf(path), path));
      expect(programs.length).toBeGreaterThan(4);
      for (const program of programs) {
        const isWhole = program.includes('required_providers');
        project.write('main.tf', isWhole ? program : `${required}\n${program}`);
        const { code, output } = await project.run('validate', '-no-color');
        expect([program, code, output]).toEqual([program, 0, expect.stringContaining('Success!')]);
      }
    },
    timeoutMs,
  );
});

for (const tool of terraformTools.filter(knowsQuery)) {
  it(
    `lists of the reference are queried as they are shown (${tool.name})`,
    async () => {
      const project = new TerraformProject(tool);
      try {
        project.write('main.tf', required);
        registryPages(['list-resources']).forEach((page, at) => {
          project.write(`list-${at}.tfquery.hcl`, exampleOf(page) ?? '');
        });
        await project.init();
        const { code, output } = await project.run('query', '-no-color');
        expect([code, output]).toEqual([0, output]);
      } finally {
        await project.dispose();
      }
    },
    timeoutMs,
  );
}
if (!terraformTools.some(knowsQuery)) {
  notRun('lists of the reference are queried', 'no terraform of 1.14 or newer here');
}

describeWithTools('the guide', (tool) => {
  it(
    'does what it says, command by command',
    async () => {
      const run = new TerraformGuide(tool);
      try {
        // A volume that somebody made, for the guide to take over.
        run.before(/name=by-hand/, async () => {
          const cloud = await PlainCaller.login(run.engineFolder, 'cinderkit');
          const volume = { size: 1, name: 'by-hand' };
          expect((await cloud.volume('POST', '/volumes', { volume })).status).toBe(202);
        });
        // A cloud of that name: the engine, as an OpenStack client sees it.
        run.before(/OS_CLOUD=mycloud/, async () => {
          const clouds = readFileSync(join(run.engineFolder, 'clouds.yaml'), 'utf8');
          const folder = join(run.home, '.config/openstack');
          mkdirSync(folder, { recursive: true });
          const renamed = clouds.replace(/^( +)"?cinderkit"?:/m, '$1mycloud:');
          expect(renamed).toContain('mycloud:');
          writeFileSync(join(folder, 'clouds.yaml'), renamed);
        });
        const told = await run.carryOut(blocksOf(guide));
        expect(told.commands).toBeGreaterThan(12);
        expect(told.shown).toBeGreaterThan(6);
        expect(told.missing).toEqual([]);
      } finally {
        await run.dispose();
      }
    },
    timeoutMs,
  );
});
