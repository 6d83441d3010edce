// The choice of a pool: what types ask for, what fits, whom it prefers.
import { choosePool, overSubscriptionRatio } from '../../bundled-engine/operations/choose-pool';
import type { PoolFacts } from '../../bundled-engine/operations/choose-pool';

function pool(name: string, facts: Partial<PoolFacts> = {}): PoolFacts {
  return {
    name,
    volumeBackendName: name,
    capabilities: { storage_protocol: 'file', multiattach: false, clones: true },
    totalGib: 100,
    freeGib: 50,
    provisionedGib: 0,
    boundGib: null,
    isOpen: true,
    ...facts,
  };
}

const pools = [pool('a'), pool('b', { capabilities: { storage_protocol: 'qcow2', clones: true } })];
const request = { extraSpecs: {}, sizeGib: 1, preferred: null };

it.each([
  [{}, 'a'],
  [{ volume_backend_name: 'b' }, 'b'],
  [{ volume_backend_name: 'c' }, null],
  [{ pool_name: 'b' }, 'b'],
  [{ storage_protocol: 'qcow2' }, 'b'],
  [{ 'capabilities:storage_protocol': 'qcow2' }, 'b'],
  [{ 'demo:tier': 'gold' }, 'a'],
  [{ tier: 'gold' }, null],
  [{ clones: '<is> True' }, 'a'],
  [{ clones: '<is> False' }, null],
  [{ storage_protocol: '<or> rbd <or> qcow2' }, 'b'],
  [{ storage_protocol: '<in> cow' }, 'b'],
  [{ storage_protocol: 's== file' }, 'a'],
  [{ storage_protocol: 's!= file' }, 'b'],
  [{ multiattach: '<is> True' }, 'a'],
])('extra specs %j choose %s', (extraSpecs, chosen) => {
  expect(choosePool(pools, { ...request, extraSpecs })).toBe(chosen);
});

it('prefers the pool of the source where that fits', () => {
  expect(choosePool(pools, { ...request, preferred: 'b' })).toBe('b');
  const only = { ...request, preferred: 'b', extraSpecs: { volume_backend_name: 'a' } };
  expect(choosePool(pools, only)).toBe('a');
});

it('passes over pools that take nothing new, even the one of the source', () => {
  const closed = [pool('a', { isOpen: false }), pool('b')];
  expect(choosePool(closed, { ...request, preferred: 'a' })).toBe('b');
  expect(choosePool([pool('a', { isOpen: false })], request)).toBeNull();
});

it('promises no more than the ratio, the free space and the bound allow', () => {
  const largest = 100 * overSubscriptionRatio;
  const one = (facts: Partial<PoolFacts>, sizeGib: number) =>
    choosePool([pool('a', facts)], { ...request, sizeGib });
  expect(one({ freeGib: 100 }, largest)).toBe('a');
  expect(one({ freeGib: 100 }, largest + 1)).toBeNull();
  expect(one({ freeGib: 100, provisionedGib: 1 }, largest)).toBeNull();
  expect(one({ freeGib: 0.01 }, 1)).toBeNull();
  expect(one({ boundGib: 10, provisionedGib: 9 }, 1)).toBe('a');
  expect(one({ boundGib: 10, provisionedGib: 9 }, 2)).toBeNull();
  expect(one({ totalGib: 0, freeGib: 0 }, 1)).toBeNull();
});
