// The JSON schema of an image that /v2/schemas gives out, made from the same lists as the checks.
// Invariant: clients that validate by it (python-glanceclient) accept every image shown here.
import { containerFormats, diskFormats, visibilities } from '../../../schema/wire/images';

const text = (more: object = {}): object => ({ type: 'string', ...more });
const textOrNull = (more: object = {}): object => ({ type: ['null', 'string'], ...more });
const readOnly = { readOnly: true } as const;
const statuses = ['queued', 'saving', 'active', 'killed', 'deleted', 'uploading', 'importing'];

/** Schema of one image. */
export const imageSchema = {
  name: 'image',
  properties: {
    id: text({ pattern: '^([0-9a-fA-F]){8}-(([0-9a-fA-F]){4}-){3}([0-9a-fA-F]){12}$' }),
    name: textOrNull({ maxLength: 255 }),
    status: text({ ...readOnly, enum: [...statuses, 'pending_delete', 'deactivated'] }),
    visibility: text({ enum: visibilities }),
    protected: { type: 'boolean' },
    os_hidden: { type: 'boolean' },
    checksum: textOrNull({ ...readOnly, maxLength: 32 }),
    os_hash_algo: textOrNull({ ...readOnly, maxLength: 64 }),
    os_hash_value: textOrNull({ ...readOnly, maxLength: 128 }),
    owner: textOrNull({ maxLength: 255 }),
    size: { type: ['null', 'integer'], ...readOnly },
    virtual_size: { type: ['null', 'integer'], ...readOnly },
    container_format: textOrNull({ enum: [null, ...containerFormats] }),
    disk_format: textOrNull({ enum: [null, ...diskFormats] }),
    created_at: text(readOnly),
    updated_at: text(readOnly),
    tags: { type: 'array', items: text({ maxLength: 255 }) },
    direct_url: text(readOnly),
    min_ram: { type: 'integer' },
    min_disk: { type: 'integer' },
    self: text(readOnly),
    file: text(readOnly),
    stores: text(readOnly),
    schema: text(readOnly),
    locations: {
      type: 'array',
      items: {
        type: 'object',
        properties: { url: text({ maxLength: 255 }), metadata: { type: 'object' } },
        required: ['url', 'metadata'],
      },
    },
  },
  additionalProperties: { type: 'string' },
  links: [
    { rel: 'self', href: '{self}' },
    { rel: 'enclosure', href: '{file}' },
    { rel: 'describedby', href: '{schema}' },
  ],
} as const;

/** Schema of a page of images. */
export const imagesSchema = {
  name: 'images',
  properties: {
    images: { type: 'array', items: imageSchema },
    first: { type: 'string' },
    next: { type: 'string' },
    schema: { type: 'string' },
  },
  links: [
    { rel: 'first', href: '{first}' },
    { rel: 'next', href: '{next}' },
    { rel: 'describedby', href: '{schema}' },
  ],
} as const;
