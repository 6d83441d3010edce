// Data sources, lookups and functions as users write them, with the real terraform and tofu.
import { TerraformProject } from '../../support/terraform-project';
import { describeWithTools } from '../../support/terraform-tools';

const timeoutMs = 120_000;

const program = `
terraform {
  required_providers {
    cinderkit = { source = "cinderkit/cinderkit" }
  }
}
resource "cinderkit_volume" "web" {
  count    = 3
  name     = "web-\${count.index}"
  size_gib = provider::cinderkit::parse_size("1500 MiB")
  metadata = { place = "p\${count.index}", team = "web" }
}
data "cinderkit_volume" "second" {
  name     = cinderkit_volume.web[1].name
  metadata = { place = "p1" }
}
data "cinderkit_volumes" "late" {
  name_regex  = "^web-[12]$"
  metadata    = { team = "web" }
  most_recent = true
  depends_on  = [cinderkit_volume.web]
}
data "cinderkit_volumes" "none" {
  status     = "error"
  depends_on = [cinderkit_volume.web]
}
data "cinderkit_availability_zones" "up" {
  state = "available"
}
data "cinderkit_limits" "now" {
  # Snapshots count as well, so these are told when all is made.
  depends_on = [cinderkit_volume.web, cinderkit_snapshot.each]
}
data "cinderkit_quota" "now" {
  project_id = data.cinderkit_limits.now.project_id
}
data "cinderkit_messages" "second" {
  resource_id = cinderkit_volume.web[1].id
}
# A place of its own for each zone: what is found can be looped over.
resource "cinderkit_snapshot" "each" {
  for_each  = data.cinderkit_availability_zones.up.names
  name      = each.key
  volume_id = data.cinderkit_volume.second.id
}
output "second" { value = data.cinderkit_volume.second }
output "late" { value = sort(data.cinderkit_volumes.late.volumes[*].name) }
output "bytes" { value = distinct(data.cinderkit_volumes.late.volumes[*].bytes) }
output "none" { value = data.cinderkit_volumes.none.ids }
output "used" { value = data.cinderkit_limits.now.gigabytes.in_use }
output "quota" { value = data.cinderkit_quota.now.volumes.in_use }
output "messages" { value = length(data.cinderkit_messages.second.messages) }
output "size" { value = provider::cinderkit::format_size(1536) }
output "noun" {
  value = provider::cinderkit::parse_id(
    provider::cinderkit::format_id("cinderkit_volume", cinderkit_volume.web[0].id)
  )
}
`;

const mistaken = `data "cinderkit_volume" "bad" {
  name_regex = "(web"
  size_gib   = 1.5
}
`;

describeWithTools('data sources and functions', (tool) => {
  let project: TerraformProject;

  beforeAll(async () => {
    project = new TerraformProject(tool);
    project.write('main.tf', program);
    await project.init();
  }, timeoutMs);
  afterAll(() => project.dispose());

  it(
    'tell what is there, within the apply that makes it',
    async () => {
      const { code, output } = await project.apply();
      expect(output).toContain('Apply complete');
      expect(code).toBe(0);
      const shown = JSON.parse(await project.must('output', '-json')) as object;
      const values = Object.fromEntries(
        Object.entries(shown).map(([name, held]) => [name, (held as { value: unknown }).value]),
      );
      expect(values).toMatchObject({
        second: {
          name: 'web-1',
          size_gib: 2,
          metadata: { place: 'p1' },
          status: 'available',
          bytes: 'blank',
        },
        late: ['web-1', 'web-2'],
        bytes: ['blank'],
        none: [],
        used: 8,
        quota: 3,
        messages: 0,
        size: '1.5 TiB',
        noun: { noun: 'volume', id: expect.any(String) },
      });
    },
    timeoutMs,
  );

  it(
    'make no difference once applied',
    async () => {
      expect(await project.unfinished()).toBeNull();
    },
    timeoutMs,
  );

  it(
    'are refused at their line, offline and online',
    async () => {
      project.write('more.tf', mistaken);
      const checked = await project.run('validate', '-no-color');
      const said = checked.output.replace(/\s+/g, ' ');
      expect(said).toContain('name_regex cannot be "(web": missing closing )');
      expect(said).toContain('size_gib cannot be 1.5: expected a whole number');
      expect(checked.output).toContain('on more.tf line 2');
      expect(checked.output).toContain('on more.tf line 3');
      project.write('more.tf', 'data "cinderkit_volume" "bad" {\n  name = "nobody"\n}\n');
      const missing = await project.plan();
      expect(missing.output.replace(/\s+/g, ' ')).toContain('none has name = "nobody"');
      expect(missing.output).toContain('on more.tf line 2');
      project.write('more.tf', 'output "bad" { value = provider::cinderkit::parse_size("ten") }\n');
      const bad = await project.plan();
      expect(bad.output.replace(/\s+/g, ' ')).toContain('Cannot read this as a size: found "ten"');
      project.write('more.tf', '');
    },
    timeoutMs,
  );

  it(
    'leave nothing behind',
    async () => {
      expect((await project.destroy()).code).toBe(0);
      await project.expectQuiet();
    },
    timeoutMs,
  );
});
