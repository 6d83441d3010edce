// Image v2: images, their bytes, tags and locations. Facts: glance api-ref v2 and its image schema.
// Invariant: core attributes are named here once; every other key of an image is a property of its
// owner's, a string.
import { z } from 'zod';
import { routes } from './route';
import type { Needs, Route } from './route';
import { text } from './shapes';

const text255 = text(0, 255);

/** Formats that an image may be declared to have. */
export const diskFormats = [
  'ami',
  'ari',
  'aki',
  'vhd',
  'vhdx',
  'vmdk',
  'raw',
  'qcow2',
  'vdi',
  'iso',
  'ploop',
] as const;

/** Wrappings that an image may be declared to have. */
export const containerFormats = [
  'ami',
  'ari',
  'aki',
  'bare',
  'ovf',
  'ova',
  'docker',
  'compressed',
] as const;

/** Who may see an image. */
export const visibilities = ['public', 'private', 'shared', 'community'] as const;

const wholeNumber = z.number().int().min(0).max(2_147_483_647);

/** Attributes that a client may set, at creation or by PATCH. */
export const imageFields = z.object({
  name: text255.nullish(),
  visibility: z.enum(visibilities).optional(),
  protected: z.boolean().optional(),
  os_hidden: z.boolean().optional(),
  owner: text255.nullish(),
  container_format: z.enum(containerFormats).nullish(),
  disk_format: z.enum(diskFormats).nullish(),
  min_disk: wholeNumber.optional(),
  min_ram: wholeNumber.optional(),
  tags: z.array(text(1, 255)).max(128).optional(),
});

/** Attributes that the service alone sets: naming one in a request is refused with 403. */
export const readOnlyImageKeys = [
  'status',
  'size',
  'virtual_size',
  'checksum',
  'os_hash_algo',
  'os_hash_value',
  'created_at',
  'updated_at',
  'direct_url',
  'self',
  'file',
  'schema',
  'stores',
] as const;

/** What POST /images takes: attributes, an id of one's own, and properties. */
export const newImageShape = imageFields
  .extend({
    id: z.uuid().optional(),
  })
  .catchall(z.union([text(0, 65_535), z.null()]));

/** The address of an image's bytes; for a volume-backed image cinder://VOLUME. */
export const locationShape = z.object({
  url: z.string().min(1).max(1024),
  metadata: z.record(z.string(), z.unknown()),
});

/** One change of a PATCH; the value is checked by what it changes. */
export const imageChangeShape = z.object({
  op: z.enum(['add', 'replace', 'remove']),
  path: z.string().regex(/^(\/([^~/]|~0|~1)+){1,2}$/, 'must be a path such as /name'),
  value: z.unknown().optional(),
});

/** Media type of PATCH bodies. */
export const imagePatchType = 'application/openstack-images-v2.1-json-patch';

/** An image as the service shows it; further string keys are properties. */
export const imageReply = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    status: z.string(),
    visibility: z.enum(visibilities),
    protected: z.boolean(),
    os_hidden: z.boolean(),
    owner: z.string().nullable(),
    disk_format: z.string().nullable(),
    container_format: z.string().nullable(),
    size: z.number().nullable(),
    virtual_size: z.number().nullable(),
    checksum: z.string().nullable(),
    os_hash_algo: z.string().nullable(),
    os_hash_value: z.string().nullable(),
    min_disk: z.number(),
    min_ram: z.number(),
    tags: z.array(z.string()),
    created_at: z.string(),
    updated_at: z.string(),
    self: z.string(),
    file: z.string(),
    schema: z.string(),
    direct_url: z.string().optional(),
    locations: z.array(locationShape).optional(),
  })
  .loose();

/** One page of images; `next` is a path and query below the service, absent on the last page. */
export const imagesReply = z.object({
  images: z.array(imageReply),
  first: z.string(),
  next: z.string().optional(),
  schema: z.string(),
});

const at = <const M extends Route['method']>(
  method: M,
  path: string,
): { service: 'image'; method: M; path: string } => ({ service: 'image', method, path });

const rule = (name: string, needs: Needs): Route['policy'] => ({ rule: name, needs });

/** Every route of Image v2 that is served, below /image/v2. */
export const imageRoutes = routes({
  listImages: {
    ...at('GET', '/images'),
    ok: 200,
    policy: rule('get_images', 'reader'),
    reply: imagesReply,
  },
  createImage: {
    ...at('POST', '/images'),
    ok: 201,
    policy: rule('add_image', 'member'),
    body: newImageShape,
    reply: imageReply,
  },
  showImage: {
    ...at('GET', '/images/:id'),
    ok: 200,
    policy: rule('get_image', 'reader'),
    reply: imageReply,
  },
  updateImage: {
    ...at('PATCH', '/images/:id'),
    ok: 200,
    policy: rule('modify_image', 'member'),
    body: z.array(imageChangeShape),
    reply: imageReply,
  },
  deleteImage: {
    ...at('DELETE', '/images/:id'),
    ok: 204,
    policy: rule('delete_image', 'member'),
  },
  uploadImage: {
    ...at('PUT', '/images/:id/file'),
    ok: 204,
    policy: rule('upload_image', 'member'),
  },
  downloadImage: {
    ...at('GET', '/images/:id/file'),
    ok: 200,
    policy: rule('download_image', 'reader'),
  },
  deactivateImage: {
    ...at('POST', '/images/:id/actions/deactivate'),
    ok: 204,
    policy: rule('deactivate', 'member'),
  },
  reactivateImage: {
    ...at('POST', '/images/:id/actions/reactivate'),
    ok: 204,
    policy: rule('reactivate', 'member'),
  },
  addImageTag: {
    ...at('PUT', '/images/:id/tags/:tag'),
    ok: 204,
    policy: rule('modify_image', 'member'),
  },
  removeImageTag: {
    ...at('DELETE', '/images/:id/tags/:tag'),
    ok: 204,
    policy: rule('modify_image', 'member'),
  },
  showImageSchema: {
    ...at('GET', '/schemas/image'),
    ok: 200,
    policy: rule('get_image', 'reader'),
  },
  showImagesSchema: {
    ...at('GET', '/schemas/images'),
    ok: 200,
    policy: rule('get_images', 'reader'),
  },
});
