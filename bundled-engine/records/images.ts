// Images in the records. Invariant: who may see an image follows Glance: the owner, whoever an
// image's visibility admits, and the members of a shared one; community images and memberships not
// accepted are found by id but listed only when asked for.
import type { Db } from './database';
import type { MemberStatus } from './image-members';
import type { Condition, ListQuery } from './list-query';
import { imageTable } from './rows/image-row';
import type { ImageRow, NewImage } from './rows/image-row';
import { presentMoment } from './moment';
import { Table } from './table';
import type { Page } from './table';

const images = new Table<ImageRow>(imageTable);

/** Who looks: a project, or null for an administrator, who sees everything. */
export interface Viewer {
  readonly viewerProjectId: string | null;
}

/** What to list: the query's own projectId is the owner asked for, or null for any. */
export interface ImageQuery extends ListQuery<ImageRow>, Viewer {
  /**
   * What the viewer must have said to images shared with it for them to be listed; `all` for
   * anything. Left out: accepted.
   */
  readonly memberStatus?: MemberStatus | 'all';
  /** Tags that an image must have, all of them. */
  readonly tags?: readonly string[];
}

/** Inserts an image and gives the whole row. Fails where the id is or was an image's. */
export function insertImage(db: Db, row: NewImage): Promise<ImageRow> {
  const createdAt = row.createdAt ?? presentMoment();
  return images.insert(db, { updatedAt: createdAt, ...row, createdAt });
}

/** The image, or undefined where there is none or the viewer may not see it. */
export async function findImage(
  db: Db,
  id: string,
  viewer: Viewer = { viewerProjectId: null },
): Promise<ImageRow | undefined> {
  const conditions = [{ sql: '"images"."id" = ?', parameters: [id] }];
  const [row] = await images.where(db, [
    ...conditions,
    ...seenBy(viewer.viewerProjectId, ['public', 'community'], 'all'),
  ]);
  return row;
}

/** A page of images that the viewer may see. */
export function listImages(db: Db, query: ImageQuery): Promise<Page<ImageRow>> {
  return images.list(db, query, imageConditions(query));
}

/** How many images the filters of `query` let through. */
export function countImages(db: Db, query: ImageQuery): Promise<number> {
  return images.count(db, query, imageConditions(query));
}

/** Changes the given columns; tells whether the image was there. Repeatable. */
export function updateImage(db: Db, id: string, patch: Partial<ImageRow>): Promise<boolean> {
  return images.update(db, id, patch);
}

/** Removes the row and retires its id for good; tells whether it was there. Repeatable. */
export function removeImage(db: Db, id: string): Promise<boolean> {
  return images.remove(db, id);
}

/** Whether the id is an image's or ever was: such an id is never given out again. */
export async function isImageIdTaken(db: Db, id: string): Promise<boolean> {
  const rows = await db.rows(
    'SELECT 1 AS "taken" FROM "images" WHERE "id" = ?1 ' +
      'UNION ALL SELECT 1 FROM "retired_image_ids" WHERE "id" = ?1',
    [id],
  );
  return rows.length > 0;
}

/** The images whose bytes a volume holds, however their locations spell it: they need it. */
export function imagesOfVolume(db: Db, volumeId: string): Promise<ImageRow[]> {
  return images.where(db, [
    {
      sql:
        'EXISTS (SELECT 1 FROM json_each("images"."locations") l ' +
        "WHERE lower(json_extract(l.\"value\", '$.url')) LIKE 'cinder://%' || lower(?))",
      parameters: [volumeId],
    },
  ]);
}

function imageConditions(query: ImageQuery): Condition[] {
  const asked: unknown = query.filters?.visibility;
  const others = asked === 'community' ? ['public', 'community'] : ['public'];
  const tagged = (query.tags ?? []).map((tag) => ({
    sql:
      '"images"."id" IN (SELECT "ownerId" FROM "metadata_pairs" ' +
      'WHERE "kind" = \'image-tag\' AND "key" = ?)',
    parameters: [tag],
  }));
  const said = query.memberStatus ?? 'accepted';
  return [...seenBy(query.viewerProjectId, others, said), ...tagged];
}

function seenBy(
  viewerProjectId: string | null,
  visibilities: readonly string[],
  said: MemberStatus | 'all',
): Condition[] {
  if (viewerProjectId === null) return [];
  const holes = visibilities.map(() => '?').join(', ');
  return [
    {
      sql:
        `("images"."projectId" = ? OR "images"."visibility" IN (${holes}) ` +
        'OR ("images"."visibility" = \'shared\' AND EXISTS (SELECT 1 FROM "image_members" m ' +
        'WHERE m."imageId" = "images"."id" AND m."memberId" = ?' +
        (said === 'all' ? ')))' : ' AND m."status" = ?)))'),
      parameters: [
        viewerProjectId,
        ...visibilities,
        viewerProjectId,
        ...(said === 'all' ? [] : [said]),
      ],
    },
  ];
}
