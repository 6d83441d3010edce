// What HTTP itself refuses, before any noun is looked at. Texts are those that OpenStack's clients
// know (keystonemiddleware, cinder/api/openstack/wsgi.py, oslo.middleware). Invariant: no text
// tells anything about the inside of the engine.
import { defineFaults } from '../../schema/kernel/fault';

/** Makers of refusals that every API shares. */
export const httpFaults = defineFaults({
  unauthorized: {
    http: 401,
    message: () => 'The request you have made requires authentication.',
  },
  policyRefused: {
    http: 403,
    message: (details: { rule: string }) => `Policy doesn't allow ${details.rule} to be performed.`,
  },
  identityRefused: {
    http: 403,
    message: (details: { rule: string }) =>
      `You are not authorized to perform the requested action: ${details.rule}.`,
  },
  imageRefused: {
    http: 403,
    message: (details: { rule: string }) =>
      `You are not authorized to complete ${details.rule} action.`,
  },
  urlMalformed: { http: 400, message: () => 'Malformed request url' },
  bodyMalformed: { http: 400, message: () => 'Malformed request body' },
  bodyInvalid: { http: 400, message: (details: { reason: string }) => details.reason },
  bodyTooLarge: { http: 413, message: () => 'Request is too large.' },
  bodyTypeUnknown: { http: 415, message: () => 'Unsupported Content-Type' },
  actionUnknown: {
    http: 400,
    message: (details: { action: string }) => `There is no such action: ${details.action}`,
  },
  versionMalformed: {
    http: 400,
    message: (details: { asked: string }) =>
      `API Version String ${details.asked} is of invalid format. ` +
      'Must be of format MajorNum.MinorNum.',
  },
  versionUnsupported: {
    http: 406,
    message: (details: { asked: string; lowest: string; highest: string }) =>
      `Version ${details.asked} is not supported by the API. ` +
      `Minimum is ${details.lowest} and maximum is ${details.highest}.`,
  },
  versionLacksRoute: {
    http: 404,
    message: (details: { asked: string }) =>
      `API version ${details.asked} is not supported on this method.`,
  },
  routeUnknown: { http: 404, message: () => 'The resource could not be found.' },
  methodUnknown: {
    http: 405,
    message: (details: { method: string; allowed: readonly string[] }) =>
      `The method ${details.method} is not allowed for this resource. ` +
      `Allowed: ${details.allowed.join(', ')}.`,
  },
  recordsFull: {
    http: 500,
    message: () =>
      "The engine's disk is full, so nothing was recorded or changed. " +
      'Free some space, then try again.',
  },
  notServing: { http: 503, message: () => 'The engine is starting or stopping. Try again soon.' },
});
