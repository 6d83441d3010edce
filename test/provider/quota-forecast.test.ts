// A plan that asks for more than the project's quota is told so before anything is made.
import { QuotaForecast } from '../../provider/reconcile-quota';
import { snapshotAdapter } from '../../provider/resources/snapshot';
import { volumeAdapter } from '../../provider/resources/volume';
import { volumeTypeAdapter } from '../../provider/resources/volume-type';
import { Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

const connect = async () => ({ connection: stage.connection });
const oneGib = { sizeGib: 1 };

describe('QuotaForecast', () => {
  it('warns once, when the sum of all plans goes beyond the quota', async () => {
    const forecast = new QuotaForecast();
    const told = [];
    for (let count = 1; count <= 12; count += 1) {
      told.push(await forecast.add(volumeAdapter, { before: null, after: oneGib }, connect));
    }
    const warnings = told.flatMap((texts, at) => texts.map((text) => ({ at: at + 1, text })));
    expect(warnings).toEqual([
      { at: 11, text: expect.stringContaining('quota of volumes is 10, of which 0 are in use') },
    ]);
  });

  it('counts growth by the difference, and gives back what is replaced', async () => {
    const forecast = new QuotaForecast();
    const add = (before: object | null, after: object | null) =>
      forecast.add(volumeAdapter, { before: before as never, after: after as never }, connect);
    expect(await add({ sizeGib: 900 }, { sizeGib: 1800 })).toEqual([]);
    expect(await add({ sizeGib: 100 }, null)).toEqual([]);
    expect(await add(null, { sizeGib: 200 })).toEqual([]);
    expect(await add(null, { sizeGib: 1 })).toEqual([
      expect.stringContaining('quota of gigabytes is 1000, of which 0 are in use'),
    ]);
  });

  it('asks nothing where nothing limited is made', async () => {
    const forecast = new QuotaForecast();
    const never = () => Promise.reject(new Error('asked'));
    const change = { before: null, after: { name: 'fast' } };
    expect(await forecast.add(volumeTypeAdapter, change, never)).toEqual([]);
    const smaller = { before: { sizeGib: 2 }, after: null };
    expect(await forecast.add(volumeAdapter, smaller, never)).toEqual([]);
  });

  it('passes on that the cloud cannot be reached, and asks again the next time', async () => {
    const forecast = new QuotaForecast();
    const down = () => Promise.reject(new Error('down'));
    const change = { before: null, after: { volumeId: 'v' } };
    await expect(forecast.add(snapshotAdapter, change, down)).rejects.toThrow('down');
    await expect(forecast.add(snapshotAdapter, change, connect)).resolves.toEqual([]);
  });
});
