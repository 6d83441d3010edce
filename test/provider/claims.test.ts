// Two creates of one process that ask for the very same must never share one thing, and an
// interrupted making must still be found again by the next process.
import { Claims } from '../../provider/reconcile-claims';
import { createThing } from '../../provider/reconcile';
import type { Session } from '../../provider/reconcile';
import { volumeAdapter } from '../../provider/resources/volume';
import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

const origin = { address: 'twins', owner: 'test', isShared: true };
const inputs = { name: 'twin', sizeGib: 1 };

describe('creates of one process', () => {
  it('give every twin a thing of its own', async () => {
    const session: Session = { ...stage.session, claims: new Claims() };
    const states = await Promise.all(
      Array.from({ length: 6 }, () => createThing(volumeAdapter, session, { inputs, origin })),
    );
    expect(new Set(states.map(({ id }) => id)).size).toBe(6);
  });

  it('take up what a process before them had begun, each another one', async () => {
    const dead: Session = {
      ...stage.session,
      claims: new Claims(),
      isCallerAlive: async () => false,
    };
    const begun = await Promise.all([
      createThing(volumeAdapter, dead, { inputs, origin }),
      createThing(volumeAdapter, dead, { inputs, origin }),
    ]);
    const warnings: string[] = [];
    const session: Session = {
      ...stage.session,
      claims: new Claims(),
      warn: (t) => warnings.push(t),
    };
    const again = await Promise.all(
      [1, 2, 3].map(() => createThing(volumeAdapter, session, { inputs, origin })),
    );
    const ids = again.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(ids).toEqual(expect.arrayContaining(begun.map(({ id }) => id)));
    expect(warnings).toHaveLength(2);
  });
});

describe('Claims', () => {
  it('begin one at a time for a marker, at once for different markers', async () => {
    const claims = new Claims();
    const order: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((done) => (release = done));
    const first = claims.begin('a', async () => {
      await held;
      order.push('first');
      return 'one';
    });
    const second = claims.begin('a', async () => {
      order.push(`second sees one: ${claims.has('one')}`);
      return 'two';
    });
    await claims.begin('b', async () => {
      order.push('other');
      return 'three';
    });
    release();
    expect(await Promise.all([first, second])).toEqual(['one', 'two']);
    expect(order).toEqual(['other', 'first', 'second sees one: true']);
  });

  it('go on after a failure', async () => {
    const claims = new Claims();
    const failing = claims.begin('a', () => Promise.reject(new Error('refused')));
    const next = claims.begin('a', async () => 'made');
    await expect(failing).rejects.toThrow('refused');
    await expect(next).resolves.toBe('made');
  });
});
