// Handlers of QoS specs. Facts: cinder/api/contrib/qos_specs_manage.py, cinder/volume/qos_specs.py.
// Invariant: a type carries one set of specs at the most. Other than Cinder, which removes keys up
// to the first that is not there, a refused removal of keys removes none.
import { requestFaults, typeFaults } from '../../../schema/faults';
import { qosFaults, typeUseFaults } from '../../../schema/type-faults';
import type { qosRoutes } from '../../../schema/wire/qos-specs';
import type { Db } from '../../records/database';
import { newUuid } from '../../records/new-id';
import { disassociateFromAll, findQosSpecs, findQosSpecsByName } from '../../records/qos-specs';
import { insertQosSpecs, listQosSpecs, removeQosSpecs } from '../../records/qos-specs';
import { updateQosSpecs } from '../../records/qos-specs';
import type { QosConsumer, QosPairs, QosSpecsRow } from '../../records/rows/qos-specs-row';
import type { VolumeTypeRow } from '../../records/rows/volume-type-row';
import { findVolumeType, typesOfQosSpecs, updateVolumeType } from '../../records/volume-types';
import type { HandlersOf, RouteRequest } from '../route-request';
import { booleanWord, linker, param, queryValue } from './asker-of';
import { listQueryOf } from './list-params';
import type { Offers } from './list-params';
import { listReply } from './list-reply';

const offers: Offers<QosSpecsRow> = {
  filters: {
    id: { column: 'id', kind: 'text' },
    name: { column: 'name', kind: 'text' },
    consumer: { column: 'consumer', kind: 'text' },
  },
  sorts: {
    id: 'id',
    name: 'name',
    consumer: 'consumer',
    created_at: 'createdAt',
    updated_at: 'updatedAt',
  },
};

function plainView({ id, name, consumer, specs }: QosSpecsRow): Record<string, unknown> {
  return { id, name, consumer, specs };
}

function viewWithLinks(request: RouteRequest, row: QosSpecsRow): Record<string, unknown> {
  return { qos_specs: plainView(row), links: linker(request, 'qos-specs')(row.id) };
}

/** The specs of the path, or a 404. */
async function named(db: Db, request: RouteRequest): Promise<QosSpecsRow> {
  const id = param(request, 'id');
  const found = await findQosSpecs(db, id);
  if (!found) throw qosFaults.qosNotFound({ id });
  return found;
}

/** The type that the query names, or a refusal. */
async function typeAsked(db: Db, id: string): Promise<VolumeTypeRow> {
  const type = await findVolumeType(db, id);
  if (!type) throw typeFaults.typeNotFound({ id });
  return type;
}

function typeIdAsked(request: RouteRequest): string {
  const id = queryValue(request, 'vol_type_id');
  if (!id) throw qosFaults.qosTypeMissing({});
  return id;
}

function cleanName(name: string): string {
  if (name === '') throw typeUseFaults.nameMissing({});
  const clean = name.trim();
  if (clean === '') throw typeUseFaults.nameEmpty({});
  if ([...clean].length > 255) throw typeUseFaults.nameTooLong({});
  return clean;
}

/** Nobody named means the storage. */
function consumerOf(value: string | null | undefined): QosConsumer {
  if (value === undefined || value === null) return 'back-end';
  if (value === 'front-end' || value === 'back-end' || value === 'both') return value;
  throw qosFaults.qosConsumerInvalid({});
}

/** Specs of any keys and of text values. Fails with 400. */
function pairsOf(specs: Readonly<Record<string, unknown>>): Record<string, string | null> {
  const pairs = Object.entries(specs).map(([key, value]): [string, string | null] => {
    assertLength(`Key "${key}"`, key, 1);
    if (value === null) return [key, null];
    const name = `Value for key "${key}"`;
    if (typeof value !== 'string') {
      throw requestFaults.invalidInput({ reason: `${name} is not a string or unicode` });
    }
    assertLength(name, value, 0);
    return [key, value];
  });
  return Object.fromEntries(pairs);
}

function assertLength(name: string, text: string, minimum: number): void {
  const { length } = [...text];
  const found = `${name} has ${length} characters`;
  if (length < minimum) {
    throw requestFaults.invalidInput({ reason: `${found}, less than ${minimum}.` });
  }
  if (length > 255) throw requestFaults.invalidInput({ reason: `${found}, more than 255.` });
}

function isForced(request: RouteRequest): boolean {
  const value = queryValue(request, 'force') ?? 'false';
  const isForce = booleanWord(value);
  if (isForce === null) throw qosFaults.notBoolean({ name: 'force', value });
  return isForce;
}

function withoutKeys(row: QosSpecsRow, keys: readonly string[]): QosPairs {
  const missing = keys.find((key) => !Object.hasOwn(row.specs, key));
  if (missing !== undefined) throw qosFaults.qosKeyNotFound({ id: row.id, key: missing });
  return Object.fromEntries(Object.entries(row.specs).filter(([key]) => !keys.includes(key)));
}

/** Handlers by the verbs of the route table. */
export const qosHandlers: HandlersOf<typeof qosRoutes> = {
  async createQos(request, parts) {
    const { name: asked, ...given } = request.body.qos_specs;
    const name = cleanName(asked);
    const { consumer: word, ...others } = pairsOf(given);
    const consumer = consumerOf(word);
    const made = await parts.database.transaction(async (tx) => {
      if (await findQosSpecsByName(tx, name)) throw qosFaults.qosExists({ name });
      return insertQosSpecs(tx, { id: newUuid(), name, consumer, specs: others });
    });
    return viewWithLinks(request, made);
  },

  async listQos(request, parts) {
    const page = await listQosSpecs(parts.database, listQueryOf(request, offers));
    return listReply(request, { key: 'qos_specs', path: 'qos-specs', page, view: plainView });
  },

  async showQos(request, parts) {
    return viewWithLinks(request, await named(parts.database, request));
  },

  async updateQos(request, parts) {
    const { consumer: word, ...changed } = request.body.qos_specs;
    await parts.database.transaction(async (tx) => {
      const { id, consumer, specs } = await named(tx, request);
      await updateQosSpecs(tx, id, {
        consumer: word === undefined ? consumer : consumerOf(word),
        specs: { ...specs, ...changed },
      });
    });
    return { qos_specs: request.body.qos_specs };
  },

  async deleteQos(request, parts) {
    const isForce = isForced(request);
    await parts.database.transaction(async (tx) => {
      const { id } = await named(tx, request);
      if (!isForce && (await typesOfQosSpecs(tx, id)).length > 0) throw qosFaults.qosInUse({});
      await removeQosSpecs(tx, id);
    });
  },

  async deleteQosKeys(request, parts) {
    await parts.database.transaction(async (tx) => {
      const row = await named(tx, request);
      await updateQosSpecs(tx, row.id, { specs: withoutKeys(row, request.body.keys) });
    });
  },

  async listQosAssociations(request, parts) {
    const { id } = await named(parts.database, request);
    const types = await typesOfQosSpecs(parts.database, id);
    return {
      qos_associations: types.map((type) => ({
        association_type: 'volume_type',
        name: type.name,
        id: type.id,
      })),
    };
  },

  async associateQos(request, parts) {
    const typeId = typeIdAsked(request);
    await parts.database.transaction(async (tx) => {
      const { id } = await named(tx, request);
      const { qosSpecsId } = await typeAsked(tx, typeId);
      if (qosSpecsId === id) return;
      if (qosSpecsId !== null) throw qosFaults.qosOfAnother({ typeId, qosSpecsId });
      await updateVolumeType(tx, typeId, { qosSpecsId: id });
    });
  },

  async disassociateQos(request, parts) {
    const typeId = typeIdAsked(request);
    await parts.database.transaction(async (tx) => {
      const { id } = await named(tx, request);
      const { qosSpecsId } = await typeAsked(tx, typeId);
      if (qosSpecsId === id) await updateVolumeType(tx, typeId, { qosSpecsId: null });
    });
  },

  async disassociateQosFromAll(request, parts) {
    await parts.database.transaction(async (tx) => {
      const { id } = await named(tx, request);
      await disassociateFromAll(tx, id);
    });
  },
};
