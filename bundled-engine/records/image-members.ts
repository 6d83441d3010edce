// With which projects images are shared. Invariant: a project is a member of an image once, and
// memberships go with their image.
import type { Db } from './database';
import { presentMoment } from './moment';
import { write } from './table';

/** What a member says to an image. */
export type MemberStatus = 'pending' | 'accepted' | 'rejected';

/** One membership. Times are ISO 8601 in UTC with microseconds and no zone. */
export interface ImageMemberRow {
  readonly imageId: string;
  /** The project that the image is shared with. */
  readonly memberId: string;
  readonly status: MemberStatus;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The members of an image in the order in which they were added; only `memberId` where given. */
export async function listImageMembers(
  db: Db,
  imageId: string,
  memberId: string | null = null,
): Promise<ImageMemberRow[]> {
  const rows = await db.rows(
    'SELECT * FROM "image_members" WHERE "imageId" = ?1 AND (?2 IS NULL OR "memberId" = ?2) ' +
      'ORDER BY "createdAt", "memberId"',
    [imageId, memberId],
  );
  return rows.map((row) => ({
    imageId: String(row.imageId),
    memberId: String(row.memberId),
    // The column's CHECK admits these alone.
    status: row.status as MemberStatus,
    createdAt: String(row.createdAt),
    updatedAt: String(row.updatedAt),
  }));
}

/** Shares an image with a project that is not yet a member; it has still to accept. */
export async function insertImageMember(
  db: Db,
  imageId: string,
  memberId: string,
): Promise<ImageMemberRow> {
  const moment = presentMoment();
  await db.run(
    'INSERT INTO "image_members" ("imageId", "memberId", "status", "createdAt", "updatedAt") ' +
      "VALUES (?1, ?2, 'pending', ?3, ?3)",
    [imageId, memberId, moment],
  );
  return { imageId, memberId, status: 'pending', createdAt: moment, updatedAt: moment };
}

/** Records what a member says; tells whether it is one. Repeatable. */
export async function updateImageMember(
  db: Db,
  of: Pick<ImageMemberRow, 'imageId' | 'memberId'>,
  status: MemberStatus,
): Promise<boolean> {
  const sql =
    'UPDATE "image_members" SET "status" = ?, "updatedAt" = ? ' +
    'WHERE "imageId" = ? AND "memberId" = ?';
  return (await write(db, sql, [status, presentMoment(), of.imageId, of.memberId])) > 0;
}

/** Ends a membership; tells whether there was one. Repeatable. */
export async function removeImageMember(
  db: Db,
  of: Pick<ImageMemberRow, 'imageId' | 'memberId'>,
): Promise<boolean> {
  const sql = 'DELETE FROM "image_members" WHERE "imageId" = ? AND "memberId" = ?';
  return (await write(db, sql, [of.imageId, of.memberId])) > 0;
}
