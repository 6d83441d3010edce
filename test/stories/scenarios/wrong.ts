// Configurations in HCL that cannot be meant, and one of which nothing is known before it is
// applied. Lines are counted from 1, as the tools count them.

/** A resource of type `type` and name `wrong`, whose first attribute is at line 2. */
export const block = (type: string, ...lines: string[]): string =>
  `resource "cinderkit_${type}" "wrong" {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;

/** A volume whose first attribute is at line 2. */
export const volume = (...lines: string[]): string => block('volume', ...lines);

/** A provider whose first setting is at line 2, and a volume. */
export const provider = (...lines: string[]): string => {
  const settings = lines.map((line) => `  ${line}\n`).join('');
  const one = 'resource "cinderkit_volume" "one" { size_gib = 1 }';
  return `provider "cinderkit" {\n${settings}}\n${one}\n`;
};

/** What is wrong, the configuration, what is told, and the line that is blamed. */
export type Case = [what: string, text: string, told: RegExp, line: number];

/** What `validate` refuses, offline. */
export const refusedByValidate: Case[] = [
  ['a text for a number', volume('size_gib = "ten"'), /a number is required/, 2],
  ['a negative size', volume('size_gib = -3'), /size_gib cannot be -3: expected at least 1/, 2],
  ['half a GiB', volume('size_gib = 1.5'), /size_gib cannot be 1\.5: expected a whole number/, 2],
  [
    'a number beyond counting',
    volume('size_gib = 99999999999999999999'),
    /size_gib cannot be \d+: expected at most/,
    2,
  ],
  ['a misspelt attribute', volume('size = 1'), /argument named "size" is not expected here/, 2],
  ['a NUL', volume('size_gib = 1', 'name = "a\\u0000b"'), /name cannot be .* NUL/, 3],
  ['a long name', volume('size_gib = 1', `name = "${'x'.repeat(300)}"`), /at most 255 char/, 3],
  [
    'two sources',
    volume('image_id = "a"', 'snapshot_id = "b"'),
    /image_id and snapshot_id exclude each other/,
    3,
  ],
  ['nothing that is required', block('snapshot'), /argument "volume_id" is required/, 1],
  ['a word that is none', volume('size_gib = 1', 'on_delete = "keep"'), /"delete" or "retain"/, 3],
  [
    'a bad duration',
    volume('size_gib = 1', 'timeouts {', '  create = "soon"', '}'),
    /timeouts\.create|duration/,
    4,
  ],
  [
    'a duration of nothing',
    volume('size_gib = 1', 'timeouts {', '  delete = "-5m"', '}'),
    /timeouts\.delete|duration/,
    4,
  ],
  ['an output that is set', volume('size_gib = 1', 'status = "available"'), /status/, 3],
  ['a bad request_timeout', provider('request_timeout = "soon"'), /request_timeout/, 2],
  ['a bad interface', provider('interface = "secret"'), /expected one of public/, 2],
  ['an address that is none', provider('endpoint = "here"'), /endpoint/, 2],
  ['a misspelt setting', provider('clouds = "a"'), /argument named "clouds" is not expected/, 2],
  [
    'an engine and a cloud',
    provider('cloud = "a"', 'engine {', '  folder = "there"', '}'),
    /engine.*cloud|cloud.*engine/,
    2,
  ],
];

/** What only a plan can refuse: an import may well know no source, and files are read here. */
export const refusedByPlan: Case[] = [
  [
    'no source of a volume',
    volume('name = "a"'),
    /needs one of size_gib, image_id, snapshot_id/,
    1,
  ],
  ['no source of an image', block('image', 'name = "a"'), /needs one of file_path, volume_id/, 1],
  [
    'no file',
    block('image', 'file_path = "no.img"'),
    /no\.img cannot be read: there is no such/,
    2,
  ],
];

/** One of each noun, every attribute of which comes of a value that is known only at apply. */
export const everythingLater = `
resource "terraform_data" "later" {
  input = { text = "later", one = 1, no = false, file = "disk.img", bare = "bare", raw = "raw" }
}
locals {
  text = terraform_data.later.output.text
  pair = { (local.text) = local.text, plain = local.text }
}
resource "cinderkit_volume_type" "later" {
  name        = local.text
  description = local.text
  is_public   = terraform_data.later.output.no
  extra_specs = { "team:\${local.text}" = local.text }
}
resource "cinderkit_volume" "later" {
  name             = local.text
  description      = local.text
  size_gib         = terraform_data.later.output.one
  volume_type      = cinderkit_volume_type.later.name
  metadata         = local.pair
  delete_snapshots = terraform_data.later.output.no
  timeouts {
    create = "\${terraform_data.later.output.one}m"
  }
}
resource "cinderkit_snapshot" "later" {
  name        = local.text
  description = local.text
  volume_id   = cinderkit_volume.later.id
  metadata    = local.pair
  force       = terraform_data.later.output.no
}
resource "cinderkit_backup" "later" {
  name        = local.text
  description = local.text
  volume_id   = cinderkit_snapshot.later.volume_id
  incremental = terraform_data.later.output.no
  container   = local.text
  metadata    = local.pair
}
resource "cinderkit_image" "later" {
  name             = local.text
  file_path        = terraform_data.later.output.file
  disk_format      = terraform_data.later.output.raw
  container_format = terraform_data.later.output.bare
  min_disk_gib     = terraform_data.later.output.one
  protected        = terraform_data.later.output.no
  tags             = [local.text, "plain"]
  properties       = { plain = local.text }
}
`;
