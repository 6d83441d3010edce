// The block `timeouts`: bounds for the waits of one resource, as every provider has it. Invariant:
// what is kept is what was written; minutes exist on our side alone.
import type { ResourceModel } from '../../../schema/kernel/describe';
import type { Attribute } from './attribute';
import { optional } from './attribute';
import { ownAttribute } from './own-attribute';
import type { SingleBlock } from './proto-schema';

/** The input whose members become the block. */
export const timeoutsField = 'timeouts';

const suffix = 'Minutes';

/** `create` as `createMinutes`. */
export function minutesName(verb: string): string {
  return verb + suffix;
}

/** The verbs whose waits the noun lets be bounded; none where it has no such input. */
export function timeoutNames({ inputs }: Pick<ResourceModel, 'inputs'>): readonly string[] {
  const kind = inputs.find(({ name }) => name === timeoutsField)?.kind;
  if (kind?.type !== 'object') return [];
  const names = Object.keys(kind.fields).filter((name) => name.endsWith(suffix));
  return names.map((name) => name.slice(0, -suffix.length));
}

/** The block of `verbs`. */
export function timeoutsBlock(verbs: readonly string[]): SingleBlock {
  return {
    name: timeoutsField,
    description: 'How long may be waited, as durations such as `90s`, `30m` or `1h30m`.',
    attributes: verbs.map(verbAttribute),
  };
}

function verbAttribute(verb: string): Attribute {
  const description = `Bound for the waits of ${verb}.`;
  return ownAttribute({ name: verb, kind: { type: 'string' }, setting: optional, description });
}
