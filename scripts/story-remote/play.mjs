// Plays the acts one after the other, measures each, and counts what the cloud has before and
// after.
import { countLine, acts, leftovers, pulumi } from './steps.mjs';
import { asMember } from './member.mjs';
import { openCloud } from './cloud-view.mjs';
import { Workplace } from './workplace.mjs';

/** Plays the whole story; throws at the first step that does not hold. */
export async function play(story) {
  const { outcome } = story;
  story.workplace = new Workplace(story.env);
  story.cloud = await openCloud(story.env, { cwd: story.workplace.folder });
  outcome.cloud = story.cloud.origin;
  await step(story, 'count', async () => {
    story.before = await story.cloud.list();
    return countLine(story.before);
  });
  await step(story, 'configure', () => configure(story));
  for (const [name, act] of acts) await step(story, name, () => act(story));
  if (story.ownCloud) await step(story, 'as a plain member', () => asMember(story));
  await step(story, 'count again', async () => {
    const now = await story.cloud.list();
    const { left, others } = leftovers(story, now);
    if (left.length > 0) throw new Error(`the cloud still has: ${left.join('; ')}`);
    if (others.length > 0)
      outcome.leftOut.push(`not of this story, made meanwhile: ${others.join('; ')}`);
    return countLine(now);
  });
}

async function configure(story) {
  const { config, outcome } = story;
  await pulumi(story, ['stack', 'init', 'remote']);
  for (const [key, value] of Object.entries(config)) {
    await pulumi(story, ['config', 'set', key, '--', value]);
  }
  if (config.volumeBackedImage === 'false') {
    const why = story.ownCloud
      ? "this cloud's Glance keeps images as files, not in Cinder"
      : 'many clouds cannot make one; --config volumeBackedImage=true tries it';
    outcome.leftOut.push(
      `volume-backed image sealed and its clones web-1, web-2 (volumeBackedImage=false): ${why}`,
    );
  }
  return Object.entries(config)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

async function step(story, name, act) {
  story.say(name);
  story.signal.throwIfAborted();
  const startedMs = Date.now();
  const seconds = () => (Date.now() - startedMs) / 1000;
  try {
    const seen = await act();
    story.outcome.steps.push({ name, ok: true, seconds: seconds(), seen });
  } catch (error) {
    const seen = story.signal.aborted ? 'interrupted' : error.message;
    story.outcome.steps.push({ name, ok: false, seconds: seconds(), seen: seen.split('\n')[0] });
    throw error;
  }
}
