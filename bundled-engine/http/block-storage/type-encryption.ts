// Handlers of the encryption records of types, and of what a volume tells of its own. Facts:
// cinder/api/contrib/volume_type_encryption.py, volume_encryption_metadata.py. Invariant: a type
// that volumes have gets no record, loses none and changes none, so that no volume ever claims an
// encryption that its bytes have not.
import { encryptionFaults } from '../../../schema/type-faults';
import type { typeEncryptionRoutes } from '../../../schema/wire/type-encryption';
import { ownVolume } from '../../operations/admission/find-owned';
import type { Parts } from '../../parts';
import type { Tx } from '../../records/database';
import { newUuid } from '../../records/new-id';
import type {
  TypeEncryptionPatch,
  TypeEncryptionRow,
} from '../../records/rows/type-encryption-row';
import {
  findTypeEncryption,
  insertTypeEncryption,
  removeTypeEncryption,
  updateTypeEncryption,
} from '../../records/type-encryption';
import { volumesOfType } from '../../records/volume-types';
import { sent } from '../route-request';
import type { HandlersOf, RouteRequest } from '../route-request';
import { param } from './asker-of';
import { seenType } from './seen-type';

function recordView(row: TypeEncryptionRow | undefined): Record<string, unknown> {
  if (!row) return {};
  return {
    encryption_id: row.encryptionId,
    volume_type_id: row.volumeTypeId,
    provider: row.provider,
    cipher: row.cipher,
    key_size: row.keySize,
    control_location: row.controlLocation,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
    deleted_at: null,
    deleted: false,
  };
}

/** The bits that a body asks for, where it does. Fails with 400 for text that is no number. */
function keySizeIn(asked: { readonly key_size?: number | string | null | undefined }): {
  keySize?: number | null;
} {
  const { key_size: bits } = asked;
  if (bits === undefined) return {};
  if (typeof bits === 'string') throw encryptionFaults.keySizeInvalid({});
  return { keySize: bits };
}

async function assertNoVolumes(
  tx: Tx,
  typeId: string,
  act: 'create' | 'update' | 'delete',
): Promise<void> {
  if ((await volumesOfType(tx, typeId)) > 0) throw encryptionFaults.encryptionInUse({ act });
}

/** What the volume's type says of encryption; no volume has a key, for none is encrypted. */
async function volumeFacts(
  request: RouteRequest,
  parts: Parts,
): Promise<Record<string, string | number | null>> {
  const volume = await ownVolume(parts.database, request.caller, param(request, 'id'));
  const row = volume.volumeTypeId
    ? await findTypeEncryption(parts.database, volume.volumeTypeId)
    : undefined;
  const record = row && {
    control_location: row.controlLocation,
    cipher: row.cipher,
    key_size: row.keySize,
    provider: row.provider,
  };
  return { encryption_key_id: null, ...record };
}

/** Handlers by the verbs of the route table. */
export const typeEncryptionHandlers: HandlersOf<typeof typeEncryptionRoutes> = {
  async showTypeEncryption(request, parts) {
    const { id } = await seenType(parts.database, request);
    return recordView(await findTypeEncryption(parts.database, id));
  },

  async createTypeEncryption(request, parts) {
    const asked = request.body.encryption;
    const size = keySizeIn(asked);
    const encryptionId = newUuid();
    const typeId = param(request, 'id');
    await parts.database.transaction(async (tx) => {
      await assertNoVolumes(tx, typeId, 'create');
      await seenType(tx, request);
      if (await findTypeEncryption(tx, typeId)) throw encryptionFaults.encryptionExists({ typeId });
      await insertTypeEncryption(tx, {
        volumeTypeId: typeId,
        encryptionId,
        provider: asked.provider,
        controlLocation: asked.control_location,
        cipher: asked.cipher ?? null,
        ...size,
      });
    });
    return { encryption: { ...asked, volume_type_id: typeId, encryption_id: encryptionId } };
  },

  async showTypeEncryptionItem(request, parts) {
    const { id } = await seenType(parts.database, request);
    const view = recordView(await findTypeEncryption(parts.database, id));
    const key = param(request, 'key');
    if (!Object.hasOwn(view, key)) throw encryptionFaults.encryptionNotFound({ typeId: id });
    return { [key]: view[key] };
  },

  async updateTypeEncryption(request, parts) {
    const asked = request.body.encryption;
    const patch: TypeEncryptionPatch = {
      ...keySizeIn(asked),
      ...(asked.provider === undefined ? {} : { provider: asked.provider }),
      ...(asked.cipher === undefined ? {} : { cipher: asked.cipher }),
      ...(asked.control_location === undefined ? {} : { controlLocation: asked.control_location }),
    };
    await parts.database.transaction(async (tx) => {
      const { id } = await seenType(tx, request);
      await assertNoVolumes(tx, id, 'update');
      if (await updateTypeEncryption(tx, id, patch)) return;
      throw encryptionFaults.encryptionNotFound({ typeId: id });
    });
    return { encryption: asked };
  },

  async deleteTypeEncryption(request, parts) {
    const typeId = param(request, 'id');
    await parts.database.transaction(async (tx) => {
      await assertNoVolumes(tx, typeId, 'delete');
      if (await removeTypeEncryption(tx, typeId)) return;
      throw encryptionFaults.encryptionNotFound({ typeId });
    });
  },

  async showVolumeEncryption(request, parts) {
    return volumeFacts(request, parts);
  },

  async showVolumeEncryptionItem(request, parts) {
    const facts = await volumeFacts(request, parts);
    const key = param(request, 'key');
    const value = Object.hasOwn(facts, key) ? facts[key] : undefined;
    if (value === undefined) {
      throw encryptionFaults.encryptionItemNotFound({ volumeId: param(request, 'id'), key });
    }
    if (value === null) return undefined;
    // The bare value, as Cinder sends it: no JSON.
    request.reply.type('text/html; charset=UTF-8').send(String(value));
    return sent;
  },
};
