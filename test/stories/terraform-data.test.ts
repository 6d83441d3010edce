// Looking with the real terraform and tofu: data sources that filter, readings of the service, and
// functions; each also where it is asked for what cannot be answered.
import { EngineProcess } from '../support/engine-process';
import { PlainCaller } from '../support/plain-caller';
import { everything } from '../support/scenario-cloud';
import { pointingAt } from '../support/scenario-runner';
import { TerraformProject } from '../support/terraform-project';
import { describeWithTools } from '../support/terraform-tools';

const timeoutMs = 120_000;
const versions = `terraform {
  required_providers {
    cinderkit = { source = "cinderkit/cinderkit" }
  }
}
`;

const things = `
resource "cinderkit_volume_type" "tier" {
  name        = "tier"
  extra_specs = { "team:tier" = "fast" }
}
resource "cinderkit_volume" "many" {
  count       = 3
  size_gib    = count.index + 1
  name        = "look-\${count.index}"
  volume_type = cinderkit_volume_type.tier.name
  metadata    = { team = count.index < 2 ? "red" : "blue" }
}
resource "cinderkit_snapshot" "shot" {
  name      = "look"
  volume_id = cinderkit_volume.many[0].id
}
`;

const looks = `
data "cinderkit_volume" "by_name" {
  name = cinderkit_volume.many[1].name
}
data "cinderkit_volume" "by_id" {
  id = cinderkit_volume.many[2].id
}
data "cinderkit_volume" "newest" {
  name_regex  = "^look-"
  most_recent = true
  depends_on  = [cinderkit_volume.many]
}
data "cinderkit_volumes" "red" {
  metadata   = { team = "red" }
  depends_on = [cinderkit_volume.many]
}
data "cinderkit_volumes" "none" {
  name = "no such volume"
}
data "cinderkit_volume_type" "tier" {
  name = cinderkit_volume_type.tier.name
}
data "cinderkit_snapshots" "of_first" {
  volume_id  = cinderkit_volume.many[0].id
  depends_on = [cinderkit_snapshot.shot]
}
data "cinderkit_availability_zones" "here" {}
data "cinderkit_limits" "own" {
  depends_on = [cinderkit_volume.many]
}
data "cinderkit_messages" "first" {
  resource_id = cinderkit_volume.many[0].id
}
output "seen" {
  value = {
    by_name = data.cinderkit_volume.by_name.size_gib
    by_id   = data.cinderkit_volume.by_id.name
    newest  = startswith(data.cinderkit_volume.newest.name, "look-")
    red     = sort(data.cinderkit_volumes.red.volumes[*].name)
    red_ids = length(data.cinderkit_volumes.red.ids)
    none    = data.cinderkit_volumes.none.ids
    tier    = data.cinderkit_volume_type.tier.extra_specs["team:tier"]
    shots   = data.cinderkit_snapshots.of_first.snapshots[*].name
    zones   = data.cinderkit_availability_zones.here.names
    parsed  = provider::cinderkit::parse_size("1.5 TiB")
    shown   = provider::cinderkit::format_size(2048)
    parts   = provider::cinderkit::parse_id(cinderkit_volume.many[0].id).id
  }
}
`;

/** What cannot be answered, and what is told. */
const refused: [what: string, text: string, told: RegExp][] = [
  ['too many', 'data "cinderkit_volume" "a" { name_regex = "^look-" }', /3 are as asked.*look-0/],
  ['none', 'data "cinderkit_volume" "a" { name = "nobody" }', /No volume is as asked/],
  [
    'an id of nothing',
    'data "cinderkit_volume" "a" { id = "nobody" }',
    /no volume with the id nob/,
  ],
  ['a bad regex', 'data "cinderkit_volume" "a" { name_regex = "(" }', /name_regex cannot be "\("/],
  [
    'a size that is none',
    'output "a" { value = provider::cinderkit::parse_size("big") }',
    /"text" parameter: Cannot read this as a size: found "big"/,
  ],
];

describeWithTools('looking', (tool) => {
  let engine: EngineProcess;
  let cloud: PlainCaller;
  let project: TerraformProject;

  beforeAll(async () => {
    engine = await EngineProcess.start();
    cloud = await PlainCaller.login(engine.dataFolder, 'cinderkit');
    project = new TerraformProject(tool, { env: pointingAt(engine) });
    project.write('versions.tf', versions);
    project.write('things.tf', things);
    project.write('looks.tf', looks);
    await project.init();
  }, timeoutMs);
  afterAll(async () => {
    await project.dispose();
    await engine.dispose();
  });

  it(
    'finds in one run what that run makes, and nothing else',
    async () => {
      const applied = await project.apply();
      expect([applied.code, applied.output]).toEqual([0, applied.output]);
      expect(JSON.parse(await project.must('output', '-json', 'seen'))).toEqual({
        by_name: 2,
        by_id: 'look-2',
        newest: true,
        red: ['look-0', 'look-1'],
        red_ids: 2,
        none: [],
        tier: 'fast',
        shots: ['look'],
        zones: ['nova'],
        parsed: 1536,
        shown: '2 TiB',
        parts: (await project.object('cinderkit_volume.many[0]')).values['id'],
      });
      expect(await project.unfinished()).toBeNull();
    },
    timeoutMs,
  );

  it.each(refused)(
    'for %s is refused in words',
    async (what, text, told) => {
      project.write('refused.tf', text);
      const { code, output } = await project.plan();
      project.write('refused.tf', '');
      const said = output.replace(/[\s│╷╵]+/g, ' ');
      expect([what, code, said]).toEqual([what, 1, expect.stringMatching(told)]);
      expect(said).toContain('on refused.tf line 1');
      expect(output).not.toMatch(/\n[\s│]+at .+:\d+:\d+/);
    },
    timeoutMs,
  );

  it(
    'leaves nothing behind',
    async () => {
      const destroyed = await project.destroy();
      expect([destroyed.code, destroyed.output]).toEqual([0, destroyed.output]);
      expect(await everything(cloud)).toEqual([]);
      await project.expectQuiet();
    },
    timeoutMs,
  );
});
