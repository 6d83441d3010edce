// An image: a disk with a format, from a file or from a volume. One made from a volume whose driver
// can clone is volume-backed: the service holds a read-only clone and copies no byte.
import { z } from 'zod';
import { field } from '../kernel/field';
import { resource } from '../kernel/resource';
import { imageLifecycle } from '../lifecycles/image';
import { adoptField, nameField, output, timeoutsField } from './shared-fields';

const wholeNumber = z.number().int().min(0);

/** The image, for all tools. */
export const image = resource({
  noun: 'image',
  title: 'Image',
  summary: 'A disk image from a file or from a volume; volumes and servers start from it.',
  lifecycle: imageLifecycle,
  inputs: {
    /** Display name; chosen for you when left out. */
    name: nameField,
    /** Local file whose bytes it gets; a changed content replaces the image. */
    filePath: field(z.string().min(1), {
      change: 'in-place',
      presence: 'optional',
      home: 'tool',
      exclusive: 'source',
    }),
    /** SHA-512 of the bytes, in hex; computed from filePath, so that changed content is seen. */
    contentSha512: field(z.string().regex(/^[0-9a-f]{128}$/), {
      change: 'replace',
      presence: 'chosen',
    }),
    /** Volume that it is made from; the volume must be available. */
    volumeId: field(z.string().min(1), {
      change: 'replace',
      presence: 'optional',
      exclusive: 'source',
    }),
    /** Whether the bytes may be kept as a volume: `required` refuses a byte-by-byte copy. */
    volumeBacked: field(z.enum(['preferred', 'required']), {
      change: 'in-place',
      presence: 'optional',
      home: 'tool',
    }),
    /** Format of the bytes. */
    diskFormat: field(z.enum(['raw', 'qcow2', 'vmdk', 'vhd', 'vhdx', 'vdi', 'iso', 'ploop']), {
      change: 'replace',
      presence: 'chosen',
    }),
    /** Wrapping of the bytes; `bare` when left out. */
    containerFormat: field(z.enum(['bare', 'ovf', 'ova', 'docker', 'compressed']), {
      change: 'replace',
      presence: 'chosen',
    }),
    /** Smallest volume, in GiB, that may be made from it. */
    minDiskGib: field(wholeNumber, { change: 'in-place', presence: 'chosen' }),
    /** Smallest memory, in MiB, of a server started from it. */
    minRamMib: field(wholeNumber, { change: 'in-place', presence: 'chosen' }),
    /** Who may see it; `shared` when left out. */
    visibility: field(z.enum(['public', 'private', 'shared', 'community']), {
      change: 'in-place',
      presence: 'chosen',
    }),
    /** Whether the service refuses to remove it. */
    protected: field(z.boolean(), { change: 'in-place', presence: 'chosen' }),
    /** Labels. */
    tags: field(z.array(z.string().min(1).max(255)), { change: 'in-place', presence: 'optional' }),
    /** Properties of your own; keys that others set on the service are left alone. */
    properties: field(z.record(z.string().min(1).max(255), z.string()), {
      change: 'in-place',
      presence: 'optional',
      ownKeysOnly: true,
    }),
    /** Bounds for waits, in minutes. */
    timeouts: timeoutsField,
    /** Id of an existing image to take over instead of making one. */
    adopt: adoptField,
  },
  outputs: {
    /** Live lifecycle status. */
    status: output(z.string()),
    /** Number of bytes as stored. */
    sizeBytes: output(z.number().int().optional()),
    /** Number of bytes that the disk has once unpacked. */
    virtualSizeBytes: output(z.number().int().optional()),
    /** MD5 of the stored bytes, in hex. */
    checksum: output(z.string().optional()),
    /** Whether the service keeps the bytes as a volume. */
    isVolumeBacked: output(z.boolean()),
    /** When it was registered, ISO 8601 in UTC. */
    createdAt: output(z.string()),
  },
  formerly: ['openstack_images_image_v2'],
  oneOf: [['filePath', 'volumeId', 'adopt']],
});
