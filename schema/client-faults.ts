// What can go wrong on the client's side: settings, login, the way to a service, its answers,
// waits. Invariant: no text holds a secret; every text says what was found and what to do next.
import { defineFaults } from './kernel/fault';

const list = (words: readonly string[]): string => (words.length > 0 ? words.join(', ') : 'none');

/** Sentences of the service become clauses of ours, without their full stops. */
const because = (reasons: readonly string[]): string => {
  const clauses = reasons.map((reason) => reason.replace(/[.\s]+$/, ''));
  return clauses.length > 0 ? `: ${clauses.join('; ')}` : '; the service gave no reason';
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Faults of the client. Codes are stable: tools match them. */
export const clientFaults = defineFaults({
  settingsFileUnusable: {
    http: 400,
    message: (d: { file: string; found: string; todo: string; code?: string | undefined }) =>
      `Cannot read settings from ${d.file}: ${d.found}. ${d.todo}`,
  },
  settingInvalid: {
    http: 400,
    message: (d: { source: string; key: string; found: string; expected: string }) =>
      `Cannot use ${d.key} of ${d.source}: found ${d.found}, expected ${d.expected}.`,
  },
  settingMissing: {
    http: 400,
    message: (d: { source: string; key: string; why: string; todo: string }) =>
      `Cannot log in with ${d.source}: ${d.key} is missing (${d.why}). ${d.todo}`,
  },
  cloudNotFound: {
    http: 400,
    message: (d: { cloud: string; file: string | null; known: readonly string[] }) =>
      d.file === null
        ? `Cannot find cloud "${d.cloud}": there is no clouds.yaml in any of the usual places. ` +
          'Write one, name it in OS_CLIENT_CONFIG_FILE, or unset OS_CLOUD.'
        : `Cannot find cloud "${d.cloud}" in ${d.file}: it has ${list(d.known)}. ` +
          'Name one of these or add it.',
  },
  loginRefused: {
    http: 401,
    message: (d: { url: string; origin: string; status: number; found: string; todo: string }) =>
      `Cannot log in at ${d.url} with ${d.origin}: the identity service answered ` +
      `${d.status} (${d.found}). ${d.todo}`,
  },
  noProjectScope: {
    http: 400,
    message: (d: { origin: string }) =>
      `Cannot tell the project: the token got with ${d.origin} is not for a project. ` +
      'Set project_name or project_id.',
  },
  serviceNotInCatalog: {
    http: 404,
    message: (d: {
      service: string;
      types: readonly string[];
      region: string | null;
      interface: string;
      found: readonly string[];
    }) =>
      `Cannot find the ${d.service} service: the catalog has no ${d.interface} endpoint of type ` +
      `${d.types.join(' or ')}${d.region === null ? '' : ` in region ${d.region}`}. ` +
      `It has: ${list(d.found)}. Check region and interface, or set the endpoint yourself.`,
  },
  versionTooOld: {
    http: 406,
    message: (d: { service: string; what: string; needed: string; maximum: string }) =>
      `Cannot call ${d.what}: it needs version ${d.needed} of the ${d.service} service, which ` +
      `speaks ${d.maximum} at most. Leave out what needs it, or use a newer service.`,
  },
  versionUnknown: {
    http: 502,
    message: (d: { service: string; url: string; found: string }) =>
      `Cannot tell which versions the ${d.service} service speaks: ${d.url} answered ` +
      `${d.found}, expected a list of versions. Check the endpoint.`,
  },
  connectionFailed: {
    http: 502,
    retriable: true,
    message: (d: { what: string; url: string; found: string; attempts: number }) =>
      `Cannot get an answer to ${d.what} from ${d.url}: ${d.found}, after ` +
      `${d.attempts === 1 ? '1 try' : `${d.attempts} tries`}. ` +
      'Check the address, the network and that the service runs.',
  },
  createUncertain: {
    http: 502,
    message: (d: { what: string; url: string; found: string }) =>
      `Cannot tell whether ${d.what} took effect: ${d.found} after it was sent to ${d.url}. ` +
      'It was not repeated, for that could make a thing twice. Look at the service first.',
  },
  replyUnusable: {
    http: 502,
    message: (d: { what: string; url: string; found: string; expected: string }) =>
      `Cannot use the answer to ${d.what} from ${d.url}: found ${d.found}, expected ` +
      `${d.expected}. Check that the endpoint is the service and not something before it.`,
  },
  pathUnusable: {
    http: 400,
    message: (d: { what: string; name: string; found: string }) =>
      `Cannot call ${d.what}: ${d.name} is ${d.found}, expected a name or id.`,
  },
  pagesGoRound: {
    http: 502,
    message: (d: { what: string; marker: string }) =>
      `Cannot list ${d.what} to its end: the service sent the page after ${d.marker} again.`,
  },
  operationFailed: {
    http: 500,
    message: (d: {
      subject: string;
      operation: string;
      status: string;
      reasons: readonly string[];
    }) => `Could not ${d.operation} ${d.subject}; its status is ${d.status}${because(d.reasons)}.`,
  },
  unexpectedStatus: {
    http: 500,
    message: (d: {
      subject: string;
      operation: string;
      status: string;
      expected: readonly string[];
    }) =>
      `Cannot wait any longer to ${d.operation} ${d.subject}: found status ${d.status}, expected ` +
      `${d.expected.join(' or ')}. Something else is changing it; look at it and try again.`,
  },
  gone: {
    http: 404,
    message: (d: { subject: string; operation: string; lastStatus: string | null }) =>
      `Cannot wait any longer to ${d.operation} ${d.subject}: it is gone` +
      `${d.lastStatus === null ? '' : `; its last status was ${d.lastStatus}`}. ` +
      'Something else removed it.',
  },
  waitTimedOut: {
    http: 504,
    message: (d: {
      subject: string;
      operation: string;
      lastStatus: string | null;
      elapsedMs: number;
    }) =>
      `Gave up waiting to ${d.operation} ${d.subject} after ${seconds(d.elapsedMs)}; ` +
      `${d.lastStatus === null ? 'no status was seen' : `its last status was ${d.lastStatus}`}. ` +
      'It may still end well: run again to go on waiting, or allow more time in timeouts.',
  },
  engineDidNotStart: {
    http: 500,
    message: (d: { folder: string; found: string; logFile: string }) =>
      `Cannot start the bundled engine in ${d.folder}: ${d.found}. Its log is ${d.logFile}.`,
  },
});
