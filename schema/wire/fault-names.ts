// The names that faults have on the wire, by status code: the engine renders by them, the client
// gives its faults the same names (Cinder: cinder/api/openstack/wsgi.py class Fault).

/** Name of a fault by the status code of its answer; others are a computeFault. */
export const faultNames: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  405: 'badMethod',
  409: 'conflictingRequest',
  413: 'overLimit',
  415: 'badMediaType',
  501: 'notImplemented',
  503: 'serviceUnavailable',
};
