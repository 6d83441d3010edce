// What is refused to operators: faults about services, hosts and clusters. Texts are those of a
// real Cinder (cinder/api/contrib/services.py, cinder/volume/api.py, cinder/exception.py), for
// tools match on them.
import { defineFaults } from './kernel/fault';

/** Makers of faults about services, hosts and clusters. */
export const operatorFaults = defineFaults({
  serviceNotFound: {
    http: 404,
    message: (d: { binary: string; host: string }) =>
      `Service ${d.binary} could not be found on host ${d.host}.`,
  },
  clusterNotFound: {
    http: 404,
    message: (d: { name: string }) => `Cluster ${d.name} could not be found.`,
  },
  clusterActionUnknown: { http: 404, message: () => 'Unknown action' },
  serviceActionUnknown: { http: 400, message: () => 'Invalid input received: Unknown action' },
  hostMissing: { http: 400, message: () => 'Invalid input received: Host field is missing.' },
  oneOfClusterAndHost: {
    http: 400,
    message: () => 'Invalid input received: One and only one of cluster and host must be set.',
  },
  noServiceFound: {
    http: 400,
    message: (d: { key: 'host' | 'cluster'; value: string }) =>
      `No service found with ${d.key}=${d.value}`,
  },
  servicesDiffer: { http: 400, message: () => 'Services from different clusters found.' },
  stateRefused: {
    http: 400,
    message: (d: { field: string; host: string; expected: string; mustBeUp: boolean }) =>
      `Invalid input received: ${d.field} in ['${d.host}'] must be ${d.expected} ` +
      `${d.mustBeUp ? 'and must be up ' : ''}to failover.`,
  },
  logLevelInvalid: {
    http: 400,
    message: (d: { level: string }) =>
      `Invalid input received: ${d.level} is not a valid log level.`,
  },
  notBoolean: {
    http: 400,
    message: (d: { key: string; value: string }) =>
      `Value '${d.value}' for '${d.key}' is not a boolean.`,
  },
  hostSettingInvalid: {
    http: 400,
    message: (d: { key: string }) => `Invalid update setting: '${d.key}'`,
  },
  hostStatusInvalid: {
    http: 400,
    message: (d: { value: string }) => `Invalid status: '${d.value}'`,
  },
});
