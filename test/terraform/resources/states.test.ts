// States that others wrote: of other providers, of other addresses, of earlier and later versions.
import { resourceMethods } from '../../../provider/terraform/resources/resource-methods';
import type { ResourceFace } from '../../../provider/terraform/schema/resource-face';
import { conform } from '../../../provider/terraform/values/conform';
import { decodeValue, encodeValue } from '../../../provider/terraform/values/dynamic-value';
import type { TfObject, TfValue } from '../../../provider/terraform/values/tf-value';
import { isTfObject } from '../../../provider/terraform/values/tf-value';
import { detailsOf, least, toyStage } from './toy-stage';

const unread: TfObject = { id: 'id-1' };

describe('states of others', () => {
  const call = { signal: new AbortController().signal };
  const raw = (state: unknown) => ({ json: Buffer.from(JSON.stringify(state)), flatmap: {} });

  function moving(face: ResourceFace, source: { type: string; state: unknown; version?: number }) {
    return {
      sourceProviderAddress: 'registry.terraform.io/else/where',
      sourceTypeName: source.type,
      sourceSchemaVersion: source.version ?? 0,
      sourceState: raw(source.state),
      targetTypeName: face.typeName,
      sourcePrivate: new Uint8Array(0),
      sourceIdentity: undefined,
      sourceIdentitySchemaVersion: 0,
    };
  }

  test('a resource of another provider is moved by its id, and read first', async () => {
    const { core, cloud, face, another } = toyStage(['fromA']);
    await core.converge({ ...least, from_a: 'x' });
    const methods = resourceMethods(face, cloud.life());
    const source = { type: 'elsewhere_vault_v1', state: { ...unread, size: 9, name: 'other' } };
    const answer = await methods.move(moving(face, source), call);
    expect(answer.diagnostics).toEqual([]);
    const moved = another();
    const value = { ...allNull(face), id: 'id-1' };
    moved.held = { value, private: answer.targetPrivate, isTainted: false };
    await expect(moved.plan(least)).rejects.toThrow(/moved here and has not been read/);
    await moved.refresh();
    expect(moved.value).toMatchObject({ name: 'n', size_gib: 2 });
    expect((await moved.plan(least)).action).toBe('none');
    expect((await moved.plan({ ...least, from_a: 'x' })).action).toBe('update');
  });

  test('from another address of this provider it comes whole', async () => {
    const { core, cloud, face } = toyStage();
    await core.converge(least);
    const methods = resourceMethods(face, cloud.life());
    const version = face.stateVersion;
    const own = { type: face.typeName, state: core.value, version };
    const answer = await methods.move(moving(face, own), call);
    expect(answer.diagnostics).toEqual([]);
    for (const [type, state] of [
      ['aws_ebs_volume', unread],
      ['elsewhere_vault_v1', { id: null }],
    ] as const) {
      const refused = await methods.move(moving(face, { type, state }), call);
      expect(refused.targetState).toBeUndefined();
      expect(detailsOf(refused.diagnostics).join()).toMatch(
        /Cannot make cinderkit_key_vault of aws_ebs_volume|its state holds no id/,
      );
    }
  });

  test.each([
    [1, { capacity_gib: '7', zone: 'z' }, { size_gib: 7, place_name: 'z' }],
    [2, { size_gib: 7, zone: 'z', capacity_gib: 1 }, { size_gib: 7, place_name: 'z' }],
    [2, { size_gib: 7, place: 'z' }, { size_gib: 7, place_name: 'z' }],
    [3, { size_gib: 7, place: 'old', place_name: 'z' }, { size_gib: 7, place_name: 'z' }],
    [3, { tags: 'no list', is_open: 'true', own_labels: { a: 1 } }, { tags: null, is_open: true }],
    [
      3,
      { allowed_rules: [{ port: 1, gone: 2 }] },
      { allowed_rules: [{ port: 1, port_name: null }] },
    ],
    [3, { password: 'leaked', password_version: 4 }, { password: null, password_version: 4 }],
  ])('a state of version %i becomes one of today: %j', async (version, state, expected) => {
    const { face, cloud } = toyStage();
    const request = { typeName: face.typeName, version, rawState: raw({ ...state, odd: 1 }) };
    const answer = await resourceMethods(face, cloud.life()).upgrade(request, call);
    expect(answer.diagnostics).toEqual([]);
    expect(inForm(decodeValue(answer.upgradedState))).toEqual({
      ...allNull(face),
      ...expectedOf(expected),
    });
    function expectedOf(values: object): object {
      const labels = 'own_labels' in state ? { own_labels: { a: '1' } } : {};
      return { ...labels, ...values };
    }
  });

  test('a state of tomorrow, of Terraform 0.11 or of nobody is refused in words', async () => {
    const { face, cloud } = toyStage();
    const methods = resourceMethods(face, cloud.life());
    const { typeName } = face;
    const old = { json: new Uint8Array(0), flatmap: { id: 'x' } };
    for (const [version, rawState, text] of [
      [9, raw({}), /a newer provider wrote it.*versions up to 3/],
      [1, old, /Terraform 0\.11/],
      [1, raw([1]), /found no object/],
    ] as const) {
      const answer = await methods.upgrade({ typeName, version, rawState }, call);
      expect(answer.upgradedState).toBeUndefined();
      expect(detailsOf(answer.diagnostics).join()).toMatch(text);
    }
  });

  test('an identity imports, and is upgraded to itself', async () => {
    const { core, face, cloud } = toyStage();
    await core.converge(least);
    const methods = resourceMethods(face, cloud.life());
    const identity = { identityData: encodeValue({ id: 'id-1' }) };
    const imported = await methods.import(
      { typeName: face.typeName, id: '', clientCapabilities: undefined, identity },
      call,
    );
    expect(imported.diagnostics).toEqual([]);
    const [one] = imported.importedResources;
    expect(decodeValue(one?.identity?.identityData)).toEqual({ id: 'id-1' });
    const upgraded = await methods.upgradeIdentity(
      { typeName: face.typeName, version: 1, rawIdentity: raw({ id: 'id-1' }) },
      call,
    );
    expect(decodeValue(upgraded.upgradedIdentity?.identityData)).toEqual({ id: 'id-1' });
  });
});

/** Numbers of a decoded object as numbers, whatever form they had on the wire. */
function inForm(value: TfValue): TfValue {
  if (!isTfObject(value)) return value;
  const entries = Object.entries(value).map(([name, member]) => {
    const type = name === 'size_gib' || name === 'password_version' ? 'number' : 'string';
    const whole = name === 'allowed_rules' ? rulesType : type;
    return [name, conform(member, whole)] as const;
  });
  return Object.fromEntries(entries);
}

const rulesType = ['list', ['object', { port: 'number', port_name: 'string' }]] as const;

function allNull(face: ResourceFace): TfObject {
  const names = [...face.attributes.map(({ name }) => name), 'timeouts'];
  return Object.fromEntries(names.map((name) => [name, null]));
}
