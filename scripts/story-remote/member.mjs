// What a plain member of a project cannot do with the program: make its volume type. Shown on the
// story's own cloud alone, where there is such a member.
import { countLine, demand, pulumi } from './steps.mjs';
import { nouns, openCloud } from './cloud-view.mjs';

/** The program as a member: refused with the reason, and what was made until then is removed. */
export async function asMember(story) {
  const { workplace, signal } = story;
  const env = { OS_CLOUD: 'peer-member' };
  await pulumi(story, ['stack', 'init', 'member']);
  await pulumi(story, ['config', 'set', 'volumeBackedImage', 'false']);
  const { code, output } = await workplace.pulumi(['up', '--yes', '--skip-preview'], {
    signal,
    env,
  });
  signal.throwIfAborted();
  await pulumi(story, ['destroy', '--yes', '--skip-preview'], { env });
  demand(code !== 0, 'a member cannot make a volume type', 'it came up');
  const [reason] = /Policy doesn't allow \S+ to be performed/.exec(output) ?? [];
  demand(reason !== undefined, "the refusal names Cinder's policy", output);
  const cloud = await openCloud({ ...story.env, ...env }, { cwd: workplace.folder });
  try {
    const { 'volume types': types, ...own } = await cloud.list();
    const left = nouns.flatMap((noun) => own[noun] ?? []);
    demand(
      left.length === 0,
      "nothing of the member's is left",
      countLine({ ...own, 'volume types': types }),
    );
  } finally {
    await cloud.close();
  }
  return `refused by the cloud: ${reason}`;
}
