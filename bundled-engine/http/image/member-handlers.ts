// Members of images: an owner shares an image with a project, which accepts or rejects it.
// Invariants: only the owner adds and removes, only the member answers; a member sees itself alone
// among the members. Order of checks and texts: glance/api/v2/image_members.py.
import { memberStatuses } from '../../../schema/wire/image-members';
import type { imageMemberRoutes } from '../../../schema/wire/image-members';
import type { Parts } from '../../parts';
import type { Db } from '../../records/database';
import {
  insertImageMember,
  listImageMembers,
  removeImageMember,
  updateImageMember,
} from '../../records/image-members';
import type { ImageMemberRow } from '../../records/image-members';
import type { ImageRow } from '../../records/rows/image-row';
import type { Caller } from '../caller';
import type { HandlersOf, RouteRequest } from '../serve-route';
import { seenImage } from './find-image';
import { imageFaults } from './image-faults';
import { shownTime } from './image-view';
import { memberSchema, membersSchema } from './member-schema';

/** Most members of one image (glance image_member_quota). */
const mostMembers = 128;

type Verb = 'create' | 'update' | 'delete';

function isShared(image: ImageRow): boolean {
  return image.visibility === 'shared';
}

/** The shared image of the URL where the caller may do `verb` to its members. Fails with 403. */
async function imageFor(request: RouteRequest, parts: Parts, verb: Verb): Promise<ImageRow> {
  const image = await seenImage(request, parts);
  const { isAdmin, projectId } = request.caller;
  const isOwner = image.projectId === projectId;
  const may = isAdmin || (verb === 'update' ? !isOwner : isOwner);
  if (!isShared(image) || !may) throw imageFaults.membersRefused({ verb, id: image.id });
  return image;
}

/** Members that the caller may see: all of them for the owner, else itself. */
function seenMembers(
  db: Db,
  image: ImageRow,
  caller: Caller,
  memberId: string | null = null,
): Promise<ImageMemberRow[]> {
  const isAll = caller.isAdmin || image.projectId === caller.projectId;
  if (isAll) return listImageMembers(db, image.id, memberId);
  if (memberId !== null && memberId !== caller.projectId) return Promise.resolve([]);
  return listImageMembers(db, image.id, caller.projectId);
}

async function memberOf(db: Db, image: ImageRow, request: RouteRequest): Promise<ImageMemberRow> {
  const memberId = request.params['memberId'] ?? '';
  const [member] = await seenMembers(db, image, request.caller, memberId);
  if (!member) throw imageFaults.memberNotFound({ id: image.id, memberId });
  return member;
}

function view(member: ImageMemberRow): Record<string, unknown> {
  return {
    member_id: member.memberId,
    image_id: member.imageId,
    status: member.status,
    created_at: shownTime(member.createdAt),
    updated_at: shownTime(member.updatedAt),
    schema: '/v2/schemas/member',
  };
}

function newMemberIn({ member }: { readonly member?: unknown }): string {
  if (member === undefined) throw imageFaults.memberMissing({});
  if (typeof member !== 'string' || member === '') throw imageFaults.memberEmpty({});
  if (member.length > 255 || member.includes('\0')) throw imageFaults.memberInvalid({});
  return member;
}

/** Handlers of the routes about members. */
export const memberHandlers: HandlersOf<typeof imageMemberRoutes> = {
  async addImageMember(request, parts) {
    const memberId = newMemberIn(request.body);
    const { id } = await imageFor(request, parts, 'create');
    return parts.database.transaction(async (tx) => {
      const members = await listImageMembers(tx, id);
      if (members.some((member) => member.memberId === memberId)) {
        throw imageFaults.memberExists({ id, memberId });
      }
      const attempted = members.length + 1;
      if (attempted > mostMembers) {
        throw imageFaults.tooManyMembers({ id, attempted, maximum: mostMembers });
      }
      return view(await insertImageMember(tx, id, memberId));
    });
  },

  async listImageMembers(request, parts) {
    const image = await seenImage(request, parts);
    if (!isShared(image)) throw imageFaults.membersNotListed({ id: image.id });
    const members = await seenMembers(parts.database, image, request.caller);
    return { members: members.map(view), schema: '/v2/schemas/members' };
  },

  async showImageMember(request, parts) {
    const image = await seenImage(request, parts);
    if (!isShared(image)) throw imageFaults.membersOfNoShared({});
    return view(await memberOf(parts.database, image, request));
  },

  async updateImageMember(request, parts) {
    const asked = request.body.status;
    if (asked === undefined) throw imageFaults.memberStatusMissing({});
    const image = await imageFor(request, parts, 'update');
    return parts.database.transaction(async (tx) => {
      const member = await memberOf(tx, image, request);
      const status = memberStatuses.find((each) => each === asked);
      if (status === undefined) throw imageFaults.memberStatusInvalid({});
      await updateImageMember(tx, member, status);
      return view(await memberOf(tx, image, request));
    });
  },

  async removeImageMember(request, parts) {
    const image = await imageFor(request, parts, 'delete');
    const member = await memberOf(parts.database, image, request);
    await removeImageMember(parts.database, member);
  },

  showMemberSchema: () => memberSchema,
  showMembersSchema: () => membersSchema,
};
