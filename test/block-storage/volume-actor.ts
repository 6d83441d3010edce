// What tests of actions on volumes share: acting as the administrator, and the bytes behind the
// API. Invariant: bytes are read and written in the pool that the API says the volume is in.
import type { Driver } from '../../bundled-engine/drivers/driver';
import { madeVolume } from './engine-under-test';
import type { Answer, EngineUnderTest } from './engine-under-test';

/** Acts on volumes of one engine. */
export class VolumeActor {
  readonly #under: EngineUnderTest;

  constructor(under: EngineUnderTest) {
    this.#under = under;
  }

  /** Lifts the member's quotas, for tests make many volumes. */
  async liftQuotas(): Promise<void> {
    const { admin, member } = this.#under;
    const quota = { quota_set: { volumes: -1, gigabytes: -1, snapshots: -1 } };
    await admin.call('PUT', `/os-quota-sets/${member.projectId}`, quota);
  }

  /** Id of a new volume of the default type, which any pool suits. */
  async make(): Promise<string> {
    return (await madeVolume(this.#under)).id;
  }

  act(id: string, body: object, version?: string): Promise<Answer> {
    return this.#under.admin.call(
      'POST',
      `/volumes/${id}/action`,
      body,
      version ? { version } : {},
    );
  }

  async show(id: string): Promise<Record<string, unknown>> {
    return (await this.#under.admin.call('GET', `/volumes/${id}`)).body.volume;
  }

  async write(id: string, bytes: string): Promise<void> {
    const writer = await (await this.#driverOf(id)).openWriter(id);
    await writer.write(0, Buffer.from(bytes));
    await writer.close();
  }

  async read(id: string, lengthBytes: number): Promise<string> {
    const reader = await (await this.#driverOf(id)).openReader({ volume: id });
    const bytes = Buffer.alloc(lengthBytes);
    await reader.read(0, bytes);
    await reader.close();
    return bytes.toString();
  }

  async #driverOf(id: string): Promise<Driver> {
    const host = (await this.show(id))['os-vol-host-attr:host'];
    const pool = this.#under.engine.parts.pools.find((each) => each.host === host);
    if (!pool) throw new Error(`no pool at ${String(host)}`);
    return pool.driver;
  }
}

/** Asserts a refusal: its code in both places, and its very words. */
export function expectRefusal(answer: Answer, status: number, message: string): void {
  const [fault] = Object.values(answer.body);
  expect([answer.status, fault]).toEqual([status, { code: status, message }]);
}
