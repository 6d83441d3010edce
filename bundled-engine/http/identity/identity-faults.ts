// What Identity refuses, in Keystone's words (keystone/exception.py). Invariant: a failed login is
// told in one way only, whatever was wrong.
import { defineFaults } from '../../../schema/kernel/fault';

/** Makers of Identity's faults. */
export const identityFaults = defineFaults({
  notAuthenticated: {
    http: 401,
    message: () => 'The request you have made requires authentication.',
  },
  methodUnsupported: {
    http: 401,
    message: () => 'Attempted to authenticate with an unsupported method.',
  },
  tokenUnknown: {
    http: 404,
    message: (details: { token: string }) => `Could not find token: ${details.token}.`,
  },
  thingUnknown: {
    http: 404,
    message: (details: { noun: string; id: string }) =>
      `Could not find ${details.noun}: ${details.id}.`,
  },
  thingExists: {
    http: 409,
    message: (details: { noun: string; name: string }) =>
      `Conflict occurred attempting to store ${details.noun} - ` +
      `Duplicate entry found with name ${details.name}.`,
  },
  fieldMissing: {
    http: 400,
    message: (details: { field: string; within: string }) =>
      `Expecting to find ${details.field} in ${details.within}. The server could not comply with ` +
      'the request since it is either malformed or otherwise incorrect. The client is assumed to ' +
      'be in error.',
  },
  valueRefused: { http: 400, message: (details: { reason: string }) => details.reason },
  forbidden: {
    http: 403,
    message: (details: { rule: string }) =>
      `You are not authorized to perform the requested action: ${details.rule}.`,
  },
  kept: {
    http: 403,
    message: (details: { noun: string; name: string; reason: string }) =>
      `Could not remove ${details.noun} ${details.name}: ${details.reason}.`,
  },
  projectInUse: {
    http: 409,
    message: (details: { id: string; found: string }) =>
      `Could not remove project ${details.id}: it still has ${details.found}; remove them first.`,
  },
});
