// The catalogue of errors about what is tied to volume types: QoS specs, encryption records,
// projects' default types. Texts are those of a real Cinder (cinder/exception.py,
// cinder/api/contrib/qos_specs_manage.py, volume_type_encryption.py, types_manage.py), for tools
// match on them. Invariant: the code of a row never changes its meaning.
import { defineFaults } from './kernel/fault';

/** Makers of faults about QoS specs. */
export const qosFaults = defineFaults({
  qosNotFound: { http: 404, message: (d: { id: string }) => `No such QoS spec ${d.id}.` },
  qosKeyNotFound: {
    http: 404,
    message: (d: { id: string; key: string }) => `QoS spec ${d.id} has no spec with key ${d.key}.`,
  },
  qosExists: {
    http: 409,
    message: (d: { name: string }) => `QoS Specs ${d.name} already exists.`,
  },
  qosInUse: { http: 400, message: () => 'Qos specs still in use.' },
  qosConsumerInvalid: {
    http: 400,
    // Cinder prints its own field's insides here, and clients know that text.
    message: () =>
      'Invalid qos specs: Valid consumer of QoS specs are: QoSConsumerValues(default=<class ' +
      "'oslo_versionedobjects.fields.UnspecifiedDefault'>,nullable=False,valid_values=" +
      "('back-end', 'front-end', 'both'))",
  },
  qosTypeMissing: { http: 400, message: () => 'Volume Type id must not be None.' },
  qosOfAnother: {
    http: 400,
    message: (d: { typeId: string; qosSpecsId: string }) =>
      `Invalid volume type: Type ${d.typeId} is already associated with another qos specs: ` +
      d.qosSpecsId,
  },
  notBoolean: {
    http: 400,
    message: (d: { name: string; value: string }) =>
      `Value '${d.value}' for '${d.name}' is not a boolean.`,
  },
});

/** Makers of faults about encryption records of types, and about what they forbid. */
export const encryptionFaults = defineFaults({
  encryptionNotFound: {
    http: 404,
    message: (d: { typeId: string }) =>
      `Volume type encryption for type ${d.typeId} does not exist.`,
  },
  encryptionExists: {
    http: 400,
    message: (d: { typeId: string }) =>
      `Volume type encryption for type ${d.typeId} already exists.`,
  },
  encryptionInUse: {
    http: 400,
    message: (d: { act: 'create' | 'update' | 'delete' }) =>
      `Cannot ${d.act} encryption specs. Volume type in use.`,
  },
  keySizeInvalid: {
    http: 400,
    message: () => 'Invalid input received: key_size must be an integer.',
  },
  encryptionItemNotFound: {
    http: 404,
    message: (d: { volumeId: string; key: string }) =>
      `Volume ${d.volumeId} has no encryption metadata with key ${d.key}.`,
  },
  /** The engine keeps no keys, so bytes that must be encrypted are refused and never kept plain. */
  cannotEncrypt: {
    http: 400,
    message: (d: { name: string }) =>
      `Invalid volume type: type ${d.name} asks for encrypted volumes, which this service cannot ` +
      'keep; nothing was made or changed. Choose a type without encryption, or have an ' +
      `administrator remove it: openstack volume type unset --encryption-type ${d.name}`,
  },
});

/** Makers of faults about default types and the uses of types. */
export const typeUseFaults = defineFaults({
  projectNotFound: {
    http: 404,
    message: (d: { projectId: string }) => `Project with id ${d.projectId} not found.`,
  },
  projectDefaultNotFound: {
    http: 404,
    message: (d: { projectId: string }) => `Default type for project ${d.projectId} not found.`,
  },
  /** The type that was to become a default one is not there: the body is at fault, not the path. */
  defaultTypeUnknown: { http: 400, message: (d: { reason: string }) => d.reason },
  defaultTypeNotDeletable: {
    http: 400,
    message: (d: { id: string }) =>
      `The volume type ${d.id} is a default volume type and cannot be deleted.`,
  },
  typeStillInUse: { http: 400, message: () => 'Target volume type is still in use.' },
  nameMissing: {
    http: 400,
    message: () => "An invalid 'name' value was provided. The 'name' can not be None.",
  },
  nameEmpty: {
    http: 400,
    message: () => "An invalid 'name' value was provided. The 'name' can not be empty.",
  },
  nameTooLong: {
    http: 400,
    message: () =>
      "An invalid 'name' value was provided. The 'name' can not be greater than 255 characters.",
  },
  typeNameEmpty: { http: 400, message: () => 'Volume type name can not be empty.' },
  extraSpecsInUse: { http: 400, message: () => 'Volume Type is currently in use.' },
  cacheableAndMultiattach: {
    http: 400,
    message: () => 'cacheable cannot be set with multiattach.',
  },
});
