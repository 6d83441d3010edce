// What tests of groups have in common. Invariant: after removeAllGroups() no group, group snapshot,
// snapshot or volume is left.
import type { Answer, EngineUnderTest } from './engine-under-test';

/** The text of a refusal. */
export const messageOf = ({ body }: Answer): string =>
  Object.values(body as Record<string, { message: string }>)[0]?.message ?? '';

/** Code and text of a refusal. */
export const told = (answer: Answer): [number, string] => [answer.status, messageOf(answer)];

/** Removes everything that groups are made of. Repeatable. */
export async function removeAllGroups(under: EngineUnderTest): Promise<void> {
  const { admin, member } = under;
  await under.idle();
  for (const caller of [admin, member]) {
    const { body } = await caller.call('GET', '/cgsnapshots');
    for (const { id } of body.cgsnapshots) await admin.call('DELETE', `/cgsnapshots/${id}`);
  }
  await under.idle();
  const groups = await admin.call('GET', '/consistencygroups?all_tenants=1');
  for (const { id } of groups.body.consistencygroups) {
    const body = { consistencygroup: { force: true } };
    await admin.call('POST', `/consistencygroups/${id}/delete`, body);
  }
  await under.idle();
  const { body } = await admin.call('GET', '/volumes?all_tenants=1');
  for (const { id } of body.volumes) await admin.call('DELETE', `/volumes/${id}?cascade=true`);
  await under.idle();
}
