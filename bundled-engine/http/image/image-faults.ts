// What the image API refuses, in Glance's words where clients see them (glance/api/v2). Invariant:
// an image that a caller may not see is refused exactly as one that does not exist.
import { defineFaults } from '../../../schema/kernel/fault';

/** Makers of the image API's faults. */
export const imageFaults = defineFaults({
  notFound: {
    http: 404,
    message: (details: { id: string }) => `No image found with ID ${details.id}`,
  },
  memberNotFound: {
    http: 404,
    message: (details: { id: string; memberId: string }) =>
      `${details.memberId} not found in the member list of the image ${details.id}.`,
  },
  membersOfNoShared: { http: 404, message: () => 'Only shared images have members.' },
  membersNotListed: {
    http: 403,
    message: (details: { id: string }) =>
      `Not allowed to list members for image ${details.id}: Only shared images have members.`,
  },
  membersRefused: {
    http: 403,
    message: (details: { verb: string; id: string }) =>
      `Not allowed to ${details.verb} members for image ${details.id}.`,
  },
  memberExists: {
    http: 409,
    message: (details: { id: string; memberId: string }) =>
      `Member ${details.memberId} is duplicated for image ${details.id}`,
  },
  tooManyMembers: {
    http: 413,
    message: (details: { id: string; attempted: number; maximum: number }) =>
      `Image member limit exceeded for image ${details.id}: The limit has been exceeded on the ` +
      'number of allowed image members for this image. ' +
      `Attempted: ${details.attempted}, Maximum: ${details.maximum}:`,
  },
  memberMissing: { http: 400, message: () => 'Member to be added not specified' },
  memberEmpty: { http: 400, message: () => "Member can't be empty" },
  memberInvalid: { http: 400, message: () => 'A member is at most 255 characters without NUL.' },
  memberStatusMissing: { http: 400, message: () => 'Status not specified' },
  memberStatusInvalid: {
    http: 400,
    message: () => 'Incorrect request: Status must be "pending", "accepted" or "rejected".',
  },
  tagNotFound: {
    http: 404,
    message: (details: { id: string; tag: string }) =>
      `The tag ${details.tag} could not be found for the image ${details.id}`,
  },
  idTaken: {
    http: 409,
    message: (details: { id: string }) => `Image ID ${details.id} already exists!`,
  },
  forbidden: { http: 403, message: (details: { reason: string }) => details.reason },
  ownerForeign: {
    http: 403,
    message: (details: { owner: string }) =>
      `You are not permitted to create images owned by '${details.owner}'.`,
  },
  notYours: {
    http: 403,
    message: (details: { what: string }) =>
      `You are not permitted to ${details.what} this image; its owner or an administrator is.`,
  },
  publicRefused: {
    http: 403,
    message: () => 'You are not authorized to complete publicize_image action.',
  },
  readOnly: {
    http: 403,
    message: (details: { key: string }) => `Attribute '${details.key}' is read-only.`,
  },
  reserved: {
    http: 403,
    message: (details: { key: string }) => `Attribute '${details.key}' is reserved.`,
  },
  notRemovable: {
    http: 403,
    message: (details: { key: string }) => `Property ${details.key} may not be removed.`,
  },
  propertyMissing: {
    http: 409,
    message: (details: { key: string }) => `Property ${details.key} does not exist.`,
  },
  invalid: {
    http: 400,
    message: (details: { reason: string }) =>
      `Provided object does not match schema 'image': ${details.reason}`,
  },
  queryInvalid: { http: 400, message: (details: { reason: string }) => details.reason },
  markerInvalid: {
    http: 400,
    message: (details: { marker: string }) => `Invalid marker: ${details.marker}`,
  },
  tooMany: {
    http: 413,
    message: (details: { what: string; limit: number; asked: number }) =>
      `The limit has been exceeded on the number of allowed image ${details.what}. ` +
      `Attempted: ${details.asked}, Maximum: ${details.limit}`,
  },
  protected: {
    http: 403,
    message: (details: { id: string }) => `Image ${details.id} is protected and cannot be deleted.`,
  },
  inUse: {
    http: 409,
    message: (details: { id: string; reason: string }) =>
      `Image ${details.id} could not be deleted because it is in use: ${details.reason}`,
  },
  transitionRefused: {
    http: 409,
    message: (details: { from: string; to: string }) =>
      `Image status transition from ${details.from} to ${details.to} is not allowed`,
  },
  formatsMissing: {
    http: 400,
    message: (details: { keys: readonly string[] }) =>
      `Properties ${details.keys.join(', ')} must be set prior to saving data.`,
  },
  contentRefused: {
    http: 400,
    message: (details: { id: string; reason: string }) =>
      `Image ${details.id} is unacceptable: ${details.reason}`,
  },
  truncated: {
    http: 400,
    message: (details: { id: string }) =>
      `Data of image ${details.id} ended early; send it again from its beginning.`,
  },
  storageFull: {
    http: 413,
    message: (details: { id: string }) =>
      `Image storage media is full: there is no room for image ${details.id}.`,
  },
  gone: {
    http: 410,
    message: (details: { id: string }) =>
      `Image ${details.id} could not be found after upload. The image may have been deleted ` +
      'during the upload.',
  },
  deactivated: {
    http: 403,
    message: () => 'The requested image has been deactivated. Image data download is forbidden.',
  },
  rangeInvalid: {
    http: 416,
    message: (details: { range: string }) => `Requested range ${details.range} is not satisfiable.`,
  },
  locationRefused: { http: 403, message: (details: { reason: string }) => details.reason },
  locationInvalid: { http: 400, message: (details: { reason: string }) => details.reason },
});
