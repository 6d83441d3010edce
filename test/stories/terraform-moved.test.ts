// People who come from another provider keep what they have: a moved block takes over the id from
// that provider's state, and nothing is made, altered or removed.
import { EngineProcess } from '../support/engine-process';
import { PlainCaller } from '../support/plain-caller';
import { everything } from '../support/scenario-cloud';
import { pointingAt } from '../support/scenario-runner';
import { installStandIn } from '../support/stand-in-provider';
import { TerraformProject } from '../support/terraform-project';
import { describeWithTools } from '../support/terraform-tools';

const timeoutMs = 120_000;

/** A state as the other provider leaves it, with a volume and its type. */
function foreignState(registry: string, ids: { volume: string; type: string }): string {
  const provider = `provider["${registry}/terraform-provider-openstack/openstack"]`;
  const object = (type: string, attributes: object): object => ({
    mode: 'managed',
    type,
    name: 'old',
    provider,
    instances: [{ schema_version: 0, attributes, sensitive_attributes: [] }],
  });
  return JSON.stringify({
    version: 4,
    terraform_version: '1.11.4',
    serial: 1,
    lineage: '6d2f9b1c-0d0c-4f3e-8f5f-9d3b8a4f6a10',
    outputs: {},
    resources: [
      object('openstack_blockstorage_volume_v3', {
        id: ids.volume,
        name: 'old',
        size: 1,
        metadata: { kept: 'yes' },
        attachment: [],
        region: 'RegionOne',
      }),
      object('openstack_blockstorage_volume_type_v3', { id: ids.type, name: 'old' }),
    ],
    check_results: null,
  });
}

describeWithTools('state of the other provider', (tool) => {
  let engine: EngineProcess;
  let project: TerraformProject;

  beforeAll(async () => {
    engine = await EngineProcess.start();
    project = new TerraformProject(tool, { env: pointingAt(engine) });
    const source = { namespace: 'terraform-provider-openstack', name: 'openstack' };
    installStandIn(project, source, {
      openstack_blockstorage_volume_v3: {
        id: 'string',
        name: 'string',
        size: 'number',
        metadata: ['map', 'string'],
        attachment: ['set', ['object', { id: 'string', device: 'string', instance_id: 'string' }]],
        region: 'string',
      },
      openstack_blockstorage_volume_type_v3: { id: 'string', name: 'string' },
    });
  }, timeoutMs);
  afterAll(async () => {
    await project.dispose();
    await engine.dispose();
  });

  it(
    'is moved by its id, and the plan is then empty',
    async () => {
      const cloud = await PlainCaller.login(engine.dataFolder, 'cinderkit');
      const type = await cloud.volume('POST', '/types', { volume_type: { name: 'old' } });
      const made = await cloud.volume('POST', '/volumes', {
        volume: { size: 1, name: 'old', volume_type: 'old', metadata: { kept: 'yes' } },
      });
      const ids = { volume: made.body.volume.id, type: type.body.volume_type.id };
      project.write('terraform.tfstate', foreignState(tool.registry, ids));
      const typeName = '${cinderkit_volume_type.old.name}';
      const old = { name: 'old', size_gib: 1, volume_type: typeName, metadata: { kept: 'yes' } };
      project.declare({
        resource: { cinderkit_volume: { old }, cinderkit_volume_type: { old: { name: 'old' } } },
        moved: [
          { from: 'openstack_blockstorage_volume_v3.old', to: 'cinderkit_volume.old' },
          { from: 'openstack_blockstorage_volume_type_v3.old', to: 'cinderkit_volume_type.old' },
        ],
      });
      // The other provider is still needed: the state is its own until this plan is applied.
      await project.init();
      const planned = await project.plan();
      expect([planned.code, planned.output]).toEqual([0, planned.output]);
      const actions = (await project.planned()).map((one) => [one.address, ...one.actions]);
      expect(actions.sort()).toEqual([
        ['cinderkit_volume.old', 'no-op'],
        ['cinderkit_volume_type.old', 'no-op'],
      ]);
      const applied = await project.applyPlan();
      expect([applied.code, applied.output]).toEqual([0, applied.output]);
      expect((await project.object('cinderkit_volume.old')).values).toMatchObject({
        id: ids.volume,
        status: 'available',
      });
      expect(await project.unfinished()).toBeNull();
      const destroyed = await project.destroy();
      expect([destroyed.code, destroyed.output]).toEqual([0, destroyed.output]);
      expect(await everything(cloud)).toEqual([]);
      await project.expectQuiet();
    },
    timeoutMs,
  );
});
