// Calls on transfers, for tests: offers, accepts, and what quotas count meanwhile.
import type { Answer, Caller, EngineUnderTest } from './engine-under-test';

/** The text of a refusal. */
export function message(answer: Answer): string {
  const [fault] = Object.values<{ message: string }>(answer.body);
  return fault?.message ?? '';
}

/** An offer and its key, which may be any value where a wrong one is tried. */
export interface Offered {
  readonly id: string;
  readonly key: unknown;
}

/** What quotas count of a project. */
export interface Used {
  readonly volumes: number;
  readonly snapshots: number;
  readonly gigabytes: number;
  readonly ofDefaultType: number;
}

/** What a test says of a body beyond the volume. */
type More = Readonly<Record<string, unknown>>;

/** The calls, on the engine that `at` gives when they are made. */
export class TransferCalls {
  readonly #at: () => EngineUnderTest;

  constructor(at: () => EngineUnderTest) {
    this.#at = at;
  }

  setQuota(of: Caller, quota: Readonly<Record<string, number>>): Promise<Answer> {
    const path = `/os-quota-sets/${of.projectId}`;
    return this.#at().admin.call('PUT', path, { quota_set: quota });
  }

  async used(by: Caller): Promise<Used> {
    const path = `/os-quota-sets/${by.projectId}?usage=true`;
    const { quota_set: set } = (await this.#at().admin.call('GET', path)).body;
    return {
      volumes: set.volumes.in_use,
      snapshots: set.snapshots.in_use,
      gigabytes: set.gigabytes.in_use,
      ofDefaultType: set.gigabytes___DEFAULT__.in_use,
    };
  }

  offer(volumeId: string, more: More = {}, by: Caller = this.#at().member): Promise<Answer> {
    return by.call('POST', '/volume-transfers', { transfer: { volume_id: volumeId, ...more } });
  }

  async offered(
    volumeId: string,
    more: More = {},
    by: Caller = this.#at().member,
  ): Promise<{ id: string; key: string }> {
    const answer = await this.offer(volumeId, more, by);
    if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
    return { id: answer.body.transfer.id, key: answer.body.transfer.auth_key };
  }

  accept(transfer: Offered, by: Caller): Promise<Answer> {
    const body = { accept: { auth_key: transfer.key } };
    return by.call('POST', `/volume-transfers/${transfer.id}/accept`, body);
  }

  async withSnapshot(volumeId: string): Promise<string> {
    const { member, idle } = this.#at();
    const made = await member.call('POST', '/snapshots', { snapshot: { volume_id: volumeId } });
    await idle();
    return made.body.snapshot.id;
  }
}
