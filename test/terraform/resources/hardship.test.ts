// What goes wrong, and what nobody does every day, under Terraform's own rules, on a cloud in
// memory.
import { resourceMethods } from '../../../provider/terraform/resources/resource-methods';
import { decodeValue, encodeValue } from '../../../provider/terraform/values/dynamic-value';
import { UNKNOWN } from '../../../provider/terraform/values/tf-value';
import { detailsOf, least, refusalOf, toyStage } from './toy-stage';

describe('half done', () => {
  test('what could not be made is kept as tainted, with the reason, then replaced', async () => {
    const { core, cloud } = toyStage();
    cloud.bornAs = 'error';
    const block = { ...least, timeouts: { create: '5m' }, password: 's', password_version: 1 };
    const errors = await core.apply(await core.plan(block));
    expect(detailsOf(errors).join()).toMatch(/a disk is broken|It broke while it was made/);
    expect(core.held?.isTainted).toBe(true);
    expect(core.value).toMatchObject({ id: 'id-1', status: 'error', timeouts: { create: '5m' } });
    expect(core.value['password_version']).toBe(1);
    cloud.bornAs = 'available';
    expect(await core.converge(block)).toBe('replace');
    expect([...cloud.things.keys()]).toEqual(['id-2']);
  });

  test('also where the mark was taken off by hand it is replaced, its status says so', async () => {
    const { core, cloud } = toyStage();
    cloud.bornAs = 'error';
    await core.apply(await core.plan(least));
    core.held = core.held && { ...core.held, isTainted: false };
    const change = await core.plan(least);
    expect(change).toMatchObject({ action: 'replace', replaces: ['status'] });
  });

  test('a change that stops half-way keeps what was done, and goes on from there', async () => {
    const { core, cloud } = toyStage();
    await core.converge(least);
    cloud.failing = { call: 'alter sizeGib', text: 'no room for sizeGib.' };
    const block = { name: 'm', size_gib: 5, tags: ['t'] };
    const errors = await core.apply(await core.plan(block));
    expect(detailsOf(errors)).toEqual(['No room for size_gib.']);
    expect(errors[0]?.summary).toBe('Cannot update key vault');
    expect(core.held?.isTainted).toBe(false);
    expect(core.value).toMatchObject({ name: 'm', size_gib: 2, tags: ['t'] });
    expect(await core.converge(block)).toBe('update');
    expect(core.value['size_gib']).toBe(5);
  });

  test('without a thing made there is no state; without one removed it stays', async () => {
    const { core, cloud } = toyStage();
    cloud.failing = { call: 'create', text: 'quota' };
    expect(detailsOf(await core.apply(await core.plan(least)))).toEqual(['Quota.']);
    expect(core.held).toBeNull();
    await core.converge(least);
    const before = core.held;
    cloud.failing = { call: 'remove', text: 'it is in use' };
    expect(detailsOf(await core.apply(await core.plan(null)))).toEqual(['It is in use.']);
    expect(core.held).toEqual(before);
    expect(await core.converge(null)).toBe('delete');
  });

  test('who ends the run in the middle of a create keeps what it made', async () => {
    const { core, cloud } = toyStage();
    const stopping = new AbortController();
    const create = cloud.adapter.create;
    const observe = cloud.adapter.observe;
    Object.assign(cloud.adapter, {
      create: async (...given: Parameters<typeof create>) => {
        stopping.abort(new Error('the run was asked to end'));
        given[0].signal.throwIfAborted();
        return create(...given);
      },
      observe: async (...given: Parameters<typeof observe>) => {
        given[0].signal.throwIfAborted();
        return observe(...given);
      },
    });
    cloud.stopped = stopping.signal;
    const errors = await core.apply(await core.plan(least));
    expect(detailsOf(errors)).toEqual(['The run was asked to end.']);
    expect(core.held).toMatchObject({ isTainted: true, value: { id: 'id-1' } });
    expect(detailsOf(await core.apply(await core.plan(null)))).not.toEqual([]);
    cloud.stopped = null;
    expect(await core.converge(null)).toBe('delete');
  });

  test('a thing that broke later stays, and every look at it says why', async () => {
    const { core, cloud } = toyStage();
    await core.converge(least);
    cloud.only.status = 'error';
    expect(detailsOf(await core.refresh())).toEqual([
      'Key vault id-1 is in status error: a disk is broken.',
    ]);
    expect(core.value['status']).toBe('error');
    expect((await core.plan(least)).action).toBe('none');
    // A change brings its status to something else, and the plan knows that it does not know what.
    expect((await core.plan({ ...least, size_gib: 3 })).planned?.['status']).toBe(UNKNOWN);
  });
});

describe('secrets', () => {
  const block = { ...least, password: 'one', password_version: 1 };

  test('reach the service, are never kept, and go again when their number changes', async () => {
    const { core, cloud } = toyStage();
    await core.converge(block);
    expect(new Set(cloud.secrets.map(([, value]) => value))).toEqual(new Set(['one']));
    const sent = cloud.secrets.length;
    expect((await core.plan({ ...block, password: 'two' })).action).toBe('none');
    expect(await core.converge({ ...block, password: 'two', size_gib: 3 })).toBe('update');
    expect(cloud.secrets).toHaveLength(sent);
    expect(
      await core.converge({ ...block, size_gib: 3, password: 'two', password_version: 2 }),
    ).toBe('update');
    expect(cloud.secrets[sent]).toEqual(['password', 'two']);
    const { held } = core;
    expect(Buffer.from(held?.private ?? []).toString() + JSON.stringify(held?.value)).not.toMatch(
      /"one"|"two"/,
    );
  });

  test('one that cannot be altered replaces the thing by its number', async () => {
    const { core, cloud } = toyStage();
    const seeded = { ...least, seed_phrase: 'a', seed_phrase_version: 1 };
    await core.converge(seeded);
    const change = await core.plan({ ...seeded, seed_phrase: 'b', seed_phrase_version: 2 });
    expect(change).toMatchObject({ action: 'replace', replaces: ['seed_phrase_version'] });
    expect(await core.apply(change)).toEqual([]);
    expect(cloud.secrets.map(([, value]) => value)).toEqual(['a', 'b']);
  });
});

describe('plans', () => {
  test('a refused secret is not shown: no line is quoted for it', async () => {
    const { core } = toyStage();
    const refused = await refusalOf(core.plan({ ...least, password: '', password_version: 1 }));
    expect(refused.diagnostics[0]).toMatchObject({ attribute: undefined });
    expect(refused.message).toMatch(/password cannot be a text: expected at least 1/);
  });

  test('shrinking and freezing are refused at the attribute', async () => {
    const { core } = toyStage();
    await core.converge({ ...least, frozen_mode: 'one' });
    const refused = await refusalOf(core.plan({ ...least, size_gib: 1, frozen_mode: 'two' }));
    expect(refused.diagnostics.map(({ attribute }) => attribute?.steps)).toEqual([
      [{ attributeName: 'frozen_mode' }],
      [{ attributeName: 'size_gib' }],
    ]);
    expect(refused.message).toMatch(/size_gib cannot shrink from 2 to 1/);
    // A new one may be smaller.
    const smaller = { ...least, size_gib: 1, frozen_mode: 'one', place_name: 'b' };
    expect((await core.plan(smaller)).action).toBe('replace');
  });

  test('only what follows a change is unknown after it', async () => {
    const { core } = toyStage();
    await core.converge(least);
    const { planned } = await core.plan({ ...least, size_gib: 3 });
    expect(planned?.['size_text']).toBe(UNKNOWN);
    for (const name of ['id', 'status', 'root_key', 'policy_text', 'usage', 'created_at']) {
      expect(planned?.[name]).toEqual(core.value[name]);
    }
  });

  test('a number beyond counting is refused at its attribute', async () => {
    const { core } = toyStage();
    for (const size_gib of [99999999999999999999n, 9007199254740993n]) {
      const refused = await refusalOf(core.plan({ ...least, size_gib }));
      expect(refused.message).toMatch(/^Invalid key vault: size_gib cannot be \d+: expected/);
      expect(refused.diagnostics[0]?.attribute?.steps).toEqual([{ attributeName: 'size_gib' }]);
    }
  });

  test('what is known of a partly unknown value is looked at', async () => {
    const { core } = toyStage();
    const block = {
      ...least,
      own_labels: { a: UNKNOWN, b: 'x' },
      allowed_rules: [{ port: UNKNOWN }, { port: 0, port_name: 'p' }],
      access_policy: { max_uses: UNKNOWN },
    };
    const refused = await refusalOf(core.plan(block));
    expect(detailsOf(refused.diagnostics)).toEqual([
      'allowed_rules.1.port cannot be a number: expected at least 1.',
    ]);
    expect(refused.diagnostics[0]?.attribute?.steps).toEqual([
      { attributeName: 'allowed_rules' },
      { elementKeyInt: 1 },
      { attributeName: 'port' },
    ]);
  });

  test('a change of what is ignored is not made on the way', async () => {
    const { core, cloud, face } = toyStage();
    await core.converge({ ...least, tags: ['kept'], own_labels: { k: 'v' } });
    // With ignore_changes the plan sees the state's value; the apply sees the program's.
    const seen = { ...least, size_gib: 3, tags: ['kept'], own_labels: { k: 'v' } };
    const { planned, plannedPrivate } = await core.plan(seen);
    const written = Object.fromEntries(Object.keys(core.value).map((name) => [name, null]));
    const answer = await resourceMethods(face, cloud.life()).apply(
      {
        typeName: face.typeName,
        priorState: encodeValue(core.value),
        plannedState: encodeValue(planned),
        config: encodeValue({ ...written, ...least, size_gib: 3 }),
        plannedPrivate,
        providerMeta: undefined,
        plannedIdentity: undefined,
      },
      { signal: new AbortController().signal },
    );
    expect(answer.diagnostics).toEqual([]);
    expect(cloud.only.inputs).toMatchObject({ sizeGib: 3, tags: ['kept'], ownLabels: { k: 'v' } });
    expect(decodeValue(answer.newState)).toMatchObject({ tags: ['kept'], own_labels: { k: 'v' } });
  });

  test('exclusive sources and bad durations are told with their places', async () => {
    const { core } = toyStage();
    const block = {
      ...least,
      from_a: 'a',
      from_b: 'b',
      timeouts: { create: 'soon', update: '1m' },
    };
    const refused = await refusalOf(core.plan(block));
    expect(refused.diagnostics.map(({ attribute }) => attribute?.steps)).toEqual([
      [{ attributeName: 'timeouts' }, { attributeName: 'create' }],
    ]);
    const both = await refusalOf(core.plan({ ...least, from_a: 'a', from_b: 'b' }));
    expect(detailsOf(both.diagnostics)).toEqual([
      'from_a and from_b exclude each other; give one of them.',
    ]);
  });

  test('a service that does otherwise than asked is told of, and shown', async () => {
    const { core, cloud } = toyStage();
    const observe = cloud.adapter.observe.bind(cloud.adapter);
    Object.assign(cloud.adapter, {
      observe: async (...given: Parameters<typeof observe>) => {
        const seen = await observe(...given);
        return seen && { ...seen, inputs: { ...seen.inputs, name: 'ITS OWN' } };
      },
    });
    await core.converge(least);
    expect(detailsOf(core.told).join()).toMatch(/has another name on key vault id-1/);
    await core.refresh();
    expect(core.value['name']).toBe('ITS OWN');
    expect((await core.plan(least)).action).toBe('update');
  });
});

describe('what others made', () => {
  test('keys of others stay, imported or not, and are shown for what nobody wrote', async () => {
    const { core, cloud, another } = toyStage();
    await core.converge({ ...least, own_labels: { mine: '1' } });
    cloud.only.inputs['ownLabels'] = { mine: '1', theirs: '2' };
    await core.refresh();
    expect(core.value['own_labels']).toEqual({ mine: '1' });
    const imported = another();
    await imported.import('id-1');
    expect(imported.value['own_labels']).toEqual({ mine: '1', theirs: '2' });
    const block = { ...least, own_labels: { mine: '1' } };
    expect((await imported.plan(block)).action).toBe('none');
    expect(await imported.converge({ ...block, size_gib: 4 })).toBe('update');
    expect(await imported.converge({ ...least, size_gib: 4, own_labels: { mine: '3' } })).toBe(
      'update',
    );
    expect(cloud.only.inputs['ownLabels']).toEqual({ mine: '3', theirs: '2' });
    expect(await imported.converge({ ...least, size_gib: 4 })).toBe('update');
    expect(cloud.only.inputs['ownLabels']).toEqual({ theirs: '2' });
  });

  test('a source that the service does not tell does not replace what was imported', async () => {
    const { core, another } = toyStage(['fromA']);
    const block = { ...least, from_a: 'src' };
    await core.converge(block);
    const imported = another();
    await imported.import('name=n');
    expect(imported.value['from_a']).toBeNull();
    const change = await imported.plan(block);
    expect(change.action).toBe('update');
    expect(detailsOf(change.diagnostics).join()).toMatch(/does not tell the from_a of a key vault/);
    expect(await imported.apply(change)).toEqual([]);
    expect((await imported.plan(block)).action).toBe('none');
    expect((await imported.plan({ ...least, from_a: 'other' })).replaces).toEqual(['from_a']);
  });

  test('what was taken over and what is new differ: of ours, a new source replaces', async () => {
    const { core } = toyStage();
    await core.converge(least);
    expect((await core.plan({ ...least, from_a: 'x' })).replaces).toEqual(['from_a']);
  });

  test('an import of nothing, of something gone or of several is refused', async () => {
    const { core, cloud, another } = toyStage();
    await expect(core.import('')).rejects.toThrow(/without an id/);
    await expect(core.import('id-9')).rejects.toThrow(/no key vault with the id or name id-9/);
    await expect(core.import('name=')).rejects.toThrow(/without a name/);
    for (const twin of [another(), another()]) await twin.converge(least);
    await expect(core.import('n')).rejects.toThrow(
      /There are 2 of the name n: key vault id-1, id-2/,
    );
    cloud.things.delete('id-1');
    await core.import('n');
    expect(core.value['id']).toBe('id-2');
  });
});
